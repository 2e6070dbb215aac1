"""Runs in the jail, and on students' computers in `autograder check`: IPython without a shell and without installing.

A line that needs a shell (`!ls`, `files = !ls`, `%pip install x`, `%%bash`), another folder or an unknown magic is left
out with a message, and the cell continues: its definitions are graded.
"""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList

_OUTPUT = frozenset(("!", "sx", "system"))
"""Magics that return the lines printed by a command."""
_SHELL = _OUTPUT | frozenset(
    "sc script bash sh cmd perl ruby python python2 python3 pypy killbgscripts rehashx "
    "pip conda mamba micromamba uv cd pushd popd edit ed pastebin code_wrap debug".split()
)
_RUNS_CODE = frozenset("time timeit prun capture run".split())
"""Magics that run the student's code, whose errors are errors of the cell."""


class NoShellHere(InteractiveShell):  # type: ignore[misc]
    """IPython's shell without access to the system's."""

    def system(self, cmd: str) -> None:
        """Leave out `!cmd`."""
        _leave_out(f"!{cmd}", _NO_SHELL)
        self.user_ns["_exit_code"] = 127

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Leave out `x = !cmd`, as if it printed nothing."""
        self.system(cmd)
        return SList() if split else ""

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a line magic, or leave it out."""
        shown = f"%{magic_name} {line}"
        if magic_name in _SHELL:
            return _left_out(magic_name, shown)
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except Exception as error:
            if _is_of_the_code(magic_name, error):
                raise
            there = self.find_line_magic(magic_name)
            _leave_out(shown, _why(error) if there else _NO_MAGIC)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run a cell magic, or leave out the cell."""
        shown = f"%%{magic_name} {line}"
        if magic_name in _SHELL:
            return _left_out(magic_name, shown)
        try:
            return super().run_cell_magic(magic_name, line, cell)
        except Exception as error:
            if _is_of_the_code(magic_name, error):
                raise
            there = self.find_cell_magic(magic_name)
            _leave_out(shown, _why(error) if there else _NO_MAGIC)


_NO_SHELL = "cells are graded where there is no shell, and nothing can be installed"
_NO_MAGIC = "there is no such magic where cells are graded"


def _left_out(magic_name: str, shown: str) -> Any:
    _leave_out(shown, _NO_SHELL)
    return SList() if magic_name in _OUTPUT else None


def _is_of_the_code(magic_name: str, error: Exception) -> bool:
    """Return whether an error comes from the student's code that a magic ran, not from the magic itself."""
    no_such_file = magic_name == "run" and type(error) is Exception
    return magic_name in _RUNS_CODE and not isinstance(error, UsageError) and not no_such_file


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _leave_out(shown: str, why: str) -> None:
    first = shown.strip().partition("\n")[0][:200]
    sys.stderr.write(f"[left out: {first.strip()}: {why}]\n")
