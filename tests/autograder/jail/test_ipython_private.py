"""IPython has what jail/inside/ipython_private.py uses of it, which its own interface does not promise."""

import inspect

import IPython
import pytest
from IPython.core import inputtransformer2, interactiveshell
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

MOVED = f"IPython {IPython.__version__} {{}}: mend autograder/jail/inside/ipython_private.py or shell.py"


def parameters(function):
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (InteractiveShell._showtraceback, ["self", "etype", "evalue", "stb"]),
        (InteractiveShell.run_code, ["self", "code_obj", "result", "async_"]),
        (interactiveshell.CachingCompiler.ast_parse, ["self", "source", "filename", "symbol"]),
        (interactiveshell.CachingCompiler.cache, ["self", "transformed_code", "number", "raw_code"]),
        (inputtransformer2.leading_empty_lines, ["lines"]),
        (DisplayHook.write_format_data, ["self", "format_dict", "md_dict"]),
        (DisplayHook.write_output_prompt, ["self"]),
        (DisplayHook.finish_displayhook, ["self"]),
    ],
)
def test_functions_take_what_they_are_given(function, expected):
    assert parameters(function) == expected, MOVED.format(f"has other parameters for {function.__qualname__}")


def test_run_code_is_a_coroutine_that_gives_whether_it_raised():
    assert inspect.iscoroutinefunction(InteractiveShell.run_code), MOVED.format("runs code otherwise")


@pytest.mark.parametrize("trait", ["ast_transformers", "display_trap", "builtin_trap"])
def test_the_shell_has_the_traits_that_are_used(trait):
    made = InteractiveShell.init_display_formatter.__module__ and (
        trait in InteractiveShell.class_trait_names() or hasattr(InteractiveShell, trait)
    )
    source = inspect.getsource(InteractiveShell)
    assert made or f"self.{trait}" in source, MOVED.format(f"has no {trait}")


def test_results_hold_the_errors_of_a_cell():
    result = ExecutionResult(None)
    missing = {"error_before_exec", "error_in_exec"} - vars(result).keys() - set(dir(result))
    assert not missing, MOVED.format(f"has no {missing} in an ExecutionResult")


@pytest.mark.parametrize("event", ["pre_execute", "post_execute", "pre_run_cell", "post_run_cell"])
def test_there_are_the_events_around_a_cell(event):
    from IPython.core import events

    assert event in events.available_events, MOVED.format(f"has no event {event}")
