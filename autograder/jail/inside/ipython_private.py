"""Runs in the jail: all that it uses of IPython beyond its documented interface.

`run_plain` runs a cell that is Python as it stands, past what IPython does around a cell: 0.2 ms in place of 0.8 ms.
`RUNS_PLAIN` False leaves every cell to IPython; the tests use it to show that both ways give the same. When IPython
changes one of the names used here, tests/autograder/jail/test_ipython_private.py says which.
"""

from __future__ import annotations

import ast
import codeop
from types import CodeType
from typing import Any

from IPython.core.inputtransformer2 import leading_empty_lines
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from .no_shell import NoShellHere

RUNS_PLAIN = True
"""Whether cells that are plain Python are run past IPython."""


class BaseShell(NoShellHere):
    """IPython's shell, which hands over the errors that it would print."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # A cell is whole: with this flag, which is for lines that are typed one by one, Python says "incomplete input"
        # (since 3.13 as an _IncompleteInputError) in place of what is missing: "'(' was never closed".
        self.compile.flags &= ~getattr(codeop, "PyCF_ALLOW_INCOMPLETE_INPUT", 0)

    def _showtraceback(self, etype: type, evalue: Any, stb: Any) -> None:
        self.show_error(etype, evalue, stb if isinstance(stb, list) else [str(stb)])

    def show_error(self, etype: type, evalue: Any, lines: list[str]) -> None:
        """Called with each error of a cell, and the lines of its traceback."""
        raise NotImplementedError


def take_builtins_and_display(shell: InteractiveShell) -> None:
    """Put IPython's builtins and display hook in place for good, as `run_cell` does for the time of a cell."""
    shell.builtin_trap.__enter__()
    shell.display_trap.__enter__()


def run_plain(shell: InteractiveShell, source: str) -> ExecutionResult | None:
    """Run a cell that is Python as it stands.

    Returns:
        As `run_cell`; None where IPython must look at the cell, which was not run.
    """
    callbacks = shell.events.callbacks
    parts = [] if callbacks["pre_run_cell"] or callbacks["post_run_cell"] else _compiled(shell, source)
    if not parts:
        return None
    result = ExecutionResult(None)
    shell.events.trigger("pre_execute")
    for part in parts:
        try:
            shell.run_code(part, result).send(None)
        except StopIteration as ended:
            if ended.value:  # it raised
                break
    shell.events.trigger("post_execute")
    return result


def _compiled(shell: InteractiveShell, source: str) -> list[CodeType]:
    """The parts of a cell that are run one after another: its statements, and the expression that it ends with.

    Empty where the cell is not plain Python: one line may be a magic without its sign.
    """
    if not RUNS_PLAIN or "\n" not in source.strip() or shell.ast_transformers:
        return []
    try:
        # As IPython has it, which counts lines from there and names the code by it.
        source = "".join(leading_empty_lines(source.splitlines(keepends=True))).rstrip("\n") + "\n"
        name = shell.compile.cache(source, shell.execution_count)
        body = shell.compile.ast_parse(source, filename=name).body
        last = [body.pop()] if body and isinstance(body[-1], ast.Expr) else []
        statements = shell.compile(ast.Module(body, []), name, "exec")
        return [statements, *(shell.compile(ast.Interactive([shown]), name, "single") for shown in last)]
    except Exception:  # a magic, an `await`, a mistake
        return []
