"""Explains why a name is not defined: which cell should define it, and which error ended that cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from autograder.jail.inside import wire
from autograder.language import gettext
from autograder.model.submission import CodeCell

_LINE = re.compile(r"\bline (\d+)")


def why_missing(
    name: str, cells: Sequence[CodeCell], outputs: Mapping[int, Sequence[wire.Output]], before: int | None = None
) -> str:
    """Return the cause, to be appended to a sentence that says the name is missing; empty if it is unknown.

    Args:
        name: the undefined name.
        cells: the notebook's code cells.
        outputs: the outputs of each cell, by its number.
        before: the number of the cell that uses the name, if any.
    """
    binds = re.compile(
        rf"^\s*(?:(?:async\s+)?def\s+{re.escape(name)}\b|class\s+{re.escape(name)}\b|{re.escape(name)}\s*(?::[^=]*)?=[^=]"
        rf"|(?:from\s+\S+\s+)?import\s.*\b{re.escape(name)}\b)",
        re.MULTILINE,
    )
    found = [cell for cell in cells if binds.search(cell.source)]
    for cell in found:
        who = gettext("cell {cell}, which should define it,", cell=cell.number)
        if cause := ended_by(cell, outputs.get(cell.number, []), who):
            return cause
    if before is not None and found and found[0].number > before:
        return gettext("cell {cell} defines it, which comes later; move it up", cell=found[0].number)
    return ""


def ended_by(cell: CodeCell, outputs: Sequence[wire.Output], who: str) -> str:
    """Return a sentence on the error that ended a cell; empty if it ran to its end.

    Args:
        cell: the cell.
        outputs: its outputs.
        who: the subject of the sentence, which names the cell.
    """
    error = next((item for item in outputs if isinstance(item, wire.Error)), None)
    if error is None:
        return ""
    message = " ".join(error.evalue.split())[:200]
    if error.ename in ("SyntaxError", "IndentationError", "TabError"):
        try:
            compile(cell.source, "cell", "exec", dont_inherit=True)
        except SyntaxError as problem:
            values = {"line": problem.lineno, "message": problem.msg}
            return gettext("{who} has a syntax error in line {line}: {message}", who=who, **values)
        except ValueError:
            pass
        return gettext("{who} has a syntax error: {message}", who=who, message=message)
    kind = " ".join(error.ename.split())[:60]
    place = _LINE.search("\n".join(error.traceback))  # the first line number is that of the cell
    line = place[1] if place else ""
    if kind in ("ModuleNotFoundError", "ImportError"):
        if missing := missing_module(message):
            return _at_line(imports(who, missing), line)
        return _at_line(gettext("{who} fails to import: {message}", who=who, message=message), line)
    ends = _at_line(gettext("{who} ends with {error}", who=who, error=kind), line)
    return explained(ends, message)


def missing_module(message: str) -> str:
    """Return the module that the message of a ModuleNotFoundError names; empty if it names none."""
    found = re.search(r"No module named '([\w.]{1,60})'", message)
    return found[1] if found else ""


def explained(sentence: str, why: str) -> str:
    """Return a sentence with its explanation, if there is one."""
    return gettext("{sentence}: {message}", sentence=sentence, message=why) if why else sentence


def imports(who: str, module: str) -> str:
    """Return the sentence that `who` imports a module that is not installed."""
    return gettext("{who} imports {module}, which is not there when it is graded", who=who, module=module)


def _at_line(sentence: str, line: str) -> str:
    return gettext("{sentence} (line {line})", sentence=sentence, line=line) if line else sentence
