"""Runs in the jail: all uses of IPython's undocumented interface.

`run_plain` runs a cell of plain Python without IPython's overhead: 0.2 ms instead of 0.8 ms. If `RUNS_PLAIN` is False,
IPython runs every cell; the tests use it to show that both give the same results. When IPython changes one of the
names used here, tests/autograder/jail/test_ipython_private.py says which.
"""

from __future__ import annotations

import ast
import codeop
import warnings
from collections.abc import Iterable
from types import CodeType
from typing import Any

from IPython.core.inputtransformer2 import leading_empty_lines
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from .no_shell import NoShellHere

RUNS_PLAIN = True
"""Whether cells of plain Python are run without IPython."""
_PREPARED: dict[tuple[int, str, int], list[CodeType]] = {}
"""The compiled parts of a release's own cells, by number, source and the compiler's flags."""


class BaseShell(NoShellHere):
    """IPython's shell, which passes errors to `show_error` instead of printing them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Cells are complete: this flag, meant for lines typed one by one, makes Python report "incomplete input"
        # (since 3.13 as an _IncompleteInputError) instead of what is missing: "'(' was never closed".
        self.compile.flags &= ~getattr(codeop, "PyCF_ALLOW_INCOMPLETE_INPUT", 0)

    def _showtraceback(self, etype: type, evalue: Any, stb: Any) -> None:
        self.show_error(etype, evalue, stb if isinstance(stb, list) else [str(stb)])

    def show_error(self, etype: type, evalue: Any, lines: list[str]) -> None:
        """Handle an error of a cell, with the lines of its traceback."""
        raise NotImplementedError


def take_builtins_and_display(shell: InteractiveShell) -> None:
    """Install IPython's builtins and display hook permanently; `run_cell` installs them for each cell."""
    shell.builtin_trap.__enter__()
    shell.display_trap.__enter__()


def prepare(shell: InteractiveShell, cells: Iterable[tuple[int, str]]) -> None:
    """Compile cells that most notebooks contain, before any student's process is forked: saves 1 ms of a submission.

    Args:
        shell: the shell that will run them.
        cells: their numbers and sources.
    """
    count, flags = shell.execution_count, shell.compile.flags
    for number, source in cells:
        if "__future__" in source:  # it changes how later cells are compiled
            continue
        shell.execution_count = number
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            parts = _compiled(shell, source)
        if not warned:  # else the cell is compiled where the student sees the warning
            _PREPARED[number, source, flags] = parts
    shell.execution_count = count


def run_plain(shell: InteractiveShell, source: str) -> ExecutionResult | None:
    """Run a cell of plain Python without IPython.

    Returns:
        The result as of `run_cell`; None if the cell was not run, since it needs IPython.
    """
    callbacks = shell.events.callbacks
    parts: list[CodeType] = []
    if RUNS_PLAIN and not (callbacks["pre_run_cell"] or callbacks["post_run_cell"] or shell.ast_transformers):
        parts = _PREPARED.get((shell.execution_count, source, shell.compile.flags)) or _compiled(shell, source)
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
    """Return the compiled parts of a cell, to be run in order: its statements, and the expression at its end.

    The list is empty if the cell may not be plain Python; a single line may be a magic without its percent sign.
    """
    if "\n" not in source.strip():
        return []
    try:
        # As in IPython, which counts lines from there and derives the code's file name from it.
        source = "".join(leading_empty_lines(source.splitlines(keepends=True))).rstrip("\n") + "\n"
        name = shell.compile.cache(source, shell.execution_count)
        body = shell.compile.ast_parse(source, filename=name).body
        last = [body.pop()] if body and isinstance(body[-1], ast.Expr) else []
        statements = shell.compile(ast.Module(body, []), name, "exec")
        return [statements, *(shell.compile(ast.Interactive([shown]), name, "single") for shown in last)]
    except Exception:  # a magic, an `await`, a mistake
        return []
