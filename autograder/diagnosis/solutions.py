"""Runs the course's own solutions in this process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any


@cache
def solutions(path: Path) -> dict[str, Any]:
    """Return the global names of a file of solutions: its functions' actual globals, so undo every change to them."""
    return run(path, {"__name__": "solution"})


def before_tests(path: Path, name: str) -> dict[str, Any] | None:
    """Return the global names of a file of solutions where the tests of a cell stand; None if it has no such cell."""
    text = path.read_text(encoding="utf-8")
    cell = re.search(rf'(?m)^# %% tests="{re.escape(name)}"', text)
    if cell is None:
        return None
    found: dict[str, Any] = {"__name__": "solution", "__file__": str(path)}
    exec(_compiled(text[: cell.start()], path), found)
    return found


def run(path: Path, names: Mapping[str, Any]) -> dict[str, Any]:
    """Run a file in a copy of `names`, and return its global names."""
    found = {**names, "__file__": str(path)}
    exec(_compiled(path.read_text(encoding="utf-8"), path), found)
    return found


def _compiled(text: str, path: Path) -> CodeType:
    """Compile a file; in one with tests of cells, without the cells that are not valid Python, as a notebook runs."""
    try:
        return compile(text, str(path), "exec")
    except SyntaxError:
        if not re.search(r'(?m)^# %% tests="', text):
            raise
    kept = []
    for cell in re.split(r"(?m)^(?=# %%)", text):
        try:
            compile(cell, str(path), "exec")
            kept.append(cell)
        except SyntaxError:
            kept.append("\n" * cell.count("\n"))
    return compile("".join(kept), str(path), "exec")
