"""Why a name is not there: the cell that should bind it, and what ended that cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from autograder.jail.inside import wire
from autograder.model.submission import CodeCell

_LINE = re.compile(r"\bline (\d+)")


def why_missing(
    name: str, cells: Sequence[CodeCell], outputs: Mapping[int, Sequence[wire.Output]], before: int | None = None
) -> str:
    """The cause as the rest of a sentence that says the name is missing; empty where none is known.

    Args:
        name: what is not defined.
        cells: the notebook's.
        outputs: what each cell showed, by its number.
        before: the number of the cell that needs the name, where that is one.
    """
    binds = re.compile(
        rf"^\s*(?:(?:async\s+)?def\s+{re.escape(name)}\b|class\s+{re.escape(name)}\b|{re.escape(name)}\s*(?::[^=]*)?=[^=]"
        rf"|(?:from\s+\S+\s+)?import\s.*\b{re.escape(name)}\b)",
        re.MULTILINE,
    )
    found = [cell for cell in cells if binds.search(cell.source)]
    for cell in found:
        if cause := ended_by(cell, outputs.get(cell.number, [])):
            return f": cell {cell.number}, which should define it, {cause}"
    if before is not None and found and found[0].number > before:
        return f": cell {found[0].number} defines it, which comes later; move it up"
    return ""


def ended_by(cell: CodeCell, outputs: Sequence[wire.Output]) -> str:
    """What ended a cell, as the rest of a sentence that names it; empty where it ran to its end."""
    error = next((item for item in outputs if isinstance(item, wire.Error)), None)
    if error is None:
        return ""
    message = " ".join(error.evalue.split())[:200]
    if error.ename in ("SyntaxError", "IndentationError", "TabError"):
        try:
            compile(cell.source, "cell", "exec", dont_inherit=True)
        except SyntaxError as problem:
            return f"has a syntax error in line {problem.lineno}: {problem.msg}"
        except ValueError:
            pass
        return f"has a syntax error: {message}"
    kind = " ".join(error.ename.split())[:60]
    if kind in ("ModuleNotFoundError", "ImportError"):
        missing = missing_module(message)
        return (f"imports {missing}" if missing else f"fails to import: {message}") + _line_of(error)
    return f"ends with {kind}{_line_of(error)}" + (f": {message}" if message else "")


def missing_module(message: str) -> str:
    """The module that a ModuleNotFoundError names, with what is wrong with it; empty where it names none."""
    found = re.search(r"No module named '([\w.]{1,60})'", message)
    return f"{found[1]}, which is not there when it is graded" if found else ""


def _line_of(error: wire.Error) -> str:
    """The line of the cell that raised: the first that its traceback names."""
    place = _LINE.search("\n".join(error.traceback))
    return f" (line {place[1]})" if place else ""
