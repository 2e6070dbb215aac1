"""The cells of a source notebook, and reading them in nbgrader's format, of any of its schemas."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

TOOL = "nbgrader"
Role = Literal["text", "code", "setup", "answer", "tests", "written"]
"""What a cell is for.

`code` can be changed by students and `setup` cannot; `answer` is graded by the cells of tests below it; `written` is
graded by hand.
"""

_BEGIN_HIDDEN = re.compile(r"(?im)^[ \t]*#+[ \t]*BEGIN[ \t]+HIDDEN([ \t]+TESTS?)?\b.*$")
_END_HIDDEN = re.compile(r"(?im)^[ \t]*#+[ \t]*END[ \t]+HIDDEN([ \t]+TESTS?)?\b.*$")
_BEGIN_SOLUTION = re.compile(r"(?im)^([ \t]*)#+[ \t]*BEGIN[ \t]+SOLUTION\b.*$")
_END_SOLUTION = re.compile(r"(?im)^([ \t]*)#+[ \t]*END[ \t]+SOLUTION\b.*$")
_ATTACHMENT = re.compile(r"attachment:([^\s)\"'>]+)")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_ID = 64


@dataclass(frozen=True)
class SourceCell:
    """One cell, with its grade id (empty for an unmarked cell) and points."""

    number: int
    kind: Literal["code", "markdown", "raw"]
    source: str
    role: Role
    grade_id: str = ""
    points: float = 0.0
    is_task: bool = False
    """Whether it is a question that nbgrader's students answer in cells of their own."""
    fault: str = ""
    """Why the tests of this cell cannot be translated, if its format already says so."""

    @property
    def is_course(self) -> bool:
        """Return whether it is code that students cannot change."""
        return self.role in ("setup", "tests")


@dataclass(frozen=True)
class SourceNotebook:
    """One source notebook."""

    path: Path
    title: str
    cells: tuple[SourceCell, ...]
    tool: str = TOOL
    """The program that graded it."""


def visible_part(source: str) -> str:
    """Return a cell of tests without its hidden tests; a region without an end reaches the end of the cell."""
    kept, hidden = [], False
    for line in source.split("\n"):
        if _BEGIN_HIDDEN.match(line):
            hidden = True
        elif _END_HIDDEN.match(line):
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept).strip("\n")


def all_tests(source: str) -> str:
    """Return a cell of tests with its hidden tests, without the lines that mark them."""
    return _END_HIDDEN.sub("", _BEGIN_HIDDEN.sub("", source)).strip("\n")


def cells(notebook: Mapping[str, Any]) -> Iterator[SourceCell]:
    """Yield the cells of one of nbgrader's source notebooks."""
    used: set[str] = set()
    for number, cell in enumerate(notebook["cells"], 1):
        kind, source = cell["cell_type"], str(cell["source"])
        marks = cell.get("metadata", {}).get("nbgrader") or {}
        role = _role(kind, marks)
        if kind == "markdown":
            source = with_attachments(source, cell.get("attachments") or {})
        if role in ("answer", "written"):
            source = _END_SOLUTION.sub(r"\1### END SOLUTION", _BEGIN_SOLUTION.sub(r"\1### BEGIN SOLUTION", source))
        grade_id = str(marks.get("grade_id") or "")
        if role in ("answer", "tests", "written") or clean_id(grade_id):
            grade_id = unique_id(clean_id(grade_id) or f"{role}-{number:02}", used)
        yield SourceCell(number, kind, source, role, grade_id, _points(marks), bool(marks.get("task")))


def clean_id(text: str) -> str:
    """Return a text as a grade id; empty if nothing of it can stand in one."""
    return _NOT_IN_ID.sub("-", text).strip("-")[:_LONGEST_ID]


def unique_id(grade_id: str, used: set[str]) -> str:
    """Return the grade id, with a number if it is among those in use, and add it to them."""
    found, number = grade_id, 1
    while found in used:
        number += 1
        found = f"{grade_id[: _LONGEST_ID - 4]}-{number}"
    used.add(found)
    return found


def _role(kind: str, marks: Mapping[str, Any]) -> Role:
    grade, solution, task = (bool(marks.get(key)) for key in ("grade", "solution", "task"))
    if task or (grade and solution):
        return "written"
    if kind != "code":
        return "written" if grade or solution else "text"
    if grade:
        return "tests"
    if solution:
        return "answer"
    return "setup" if marks.get("locked") else "code"


def _points(marks: Mapping[str, Any]) -> float:
    try:
        return max(0.0, float(marks.get("points") or 0))
    except (TypeError, ValueError):
        return 0.0


def title(cells: tuple[SourceCell, ...], path: Path) -> str:
    """Return the first heading of the notebook's prose, or else its file's name."""
    for cell in cells:
        heading = re.search(r"(?m)^#[ \t]+(.+?)[ \t#]*$", cell.source) if cell.kind == "markdown" else None
        if heading:
            return re.sub(r"[*_`]|<[^>]*>", "", heading[1]).strip()[:100] or path.stem
    return path.stem


def with_attachments(source: str, attachments: Mapping[str, Any]) -> str:
    """Return the prose with its attached pictures as data URLs, since a text file has no attachments."""

    def url(match: re.Match[str]) -> str:
        for mime, data in (attachments.get(match[1]) or {}).items():
            text = "".join(data) if isinstance(data, list) else str(data)
            encoded = text if mime != "image/svg+xml" else base64.b64encode(text.encode()).decode()
            return f"data:{mime};base64,{''.join(encoded.split())}"
        return match[0]

    return _ATTACHMENT.sub(url, source)
