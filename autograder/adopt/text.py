"""Writes an adopted notebook as the text of a problem set, solutions/<ps>/<ps>.py."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from autograder.errors import AutograderError

from .source_notebook import SourceCell, SourceNotebook, visible_part

_DONE_BY_HAND = "*This part is graded by hand; write your answer in the cell below.*"


def text_of(notebook: SourceNotebook, tests: Mapping[int, str]) -> str:
    """Return the text of the problem set.

    Args:
        notebook: the source notebook.
        tests: the exercise's name of each cell of tests that is graded, by the cell's number; the others become visible
            examples without points.

    Raises:
        AutograderError: a cell would not be the same when the text is read again.
    """
    cells = [made for cell in notebook.cells for made in _cells(cell, tests)]
    text = str(jupytext.writes(nbformat.v4.new_notebook(cells=cells), fmt="py:percent"))
    text = text[text.index("# %%") :] if text.startswith("# ---") else text
    again = jupytext.reads(text, fmt="py:percent").cells
    for wanted, found in zip(cells, again, strict=False):
        if wanted.source.strip() != found.source.strip() or wanted.cell_type != found.cell_type:
            line = wanted.source.strip().partition("\n")[0][:60]
            raise AutograderError(
                "{path}: the cell that begins with {line!r} cannot be written as text", path=notebook.path, line=line
            )
    if len(again) != len(cells):
        raise AutograderError("{path}: a cell with a line like `# %%` cannot be written as text", path=notebook.path)
    return text


def _cells(cell: SourceCell, tests: Mapping[int, str]) -> list[Any]:
    options: dict[str, Any] = {}
    source = cell.source
    if cell.kind == "raw" or not source.strip():
        return []
    if cell.role == "answer":
        options = {"answer": cell.grade_id}
    elif cell.role == "written":
        return _written(cell)
    elif cell.role == "tests":
        source = visible_part(source)
        name = tests.get(cell.number)
        if name is None:
            options = {"id": cell.grade_id}
        else:
            options = {"tests": name} | ({"id": cell.grade_id} if cell.grade_id != name else {})
        source = source or "# Hidden tests check what is written above."
    elif cell.grade_id:
        options = {"id": cell.grade_id}
    return [_new(cell.kind, source, options)]


def _written(cell: SourceCell) -> list[Any]:
    """Return the cell of an answer that is graded by hand; one of nbgrader's tasks gets a cell for the answer."""
    options = {"written": cell.grade_id, "points": cell.points}
    if cell.is_task:
        return [
            _new("markdown", f"{cell.source}\n\n{_DONE_BY_HAND}", {}),
            _new("markdown", "### BEGIN SOLUTION\n### END SOLUTION", options),
        ]
    return [_new(cell.kind, cell.source, options)]


def _new(kind: str, source: str, options: dict[str, Any]) -> Any:
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    return make(source, metadata=options)


def write(path: Path, text: str) -> None:
    """Write a file, and its folder if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
