"""Makes submissions from the course's own solutions, stubs and misconceptions."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course import nbgrader
from autograder.course.release import Release

Notebook = dict[str, Any]
"""A notebook as decoded JSON."""


def notebook(release: Release, written: Mapping[str, str]) -> Notebook:
    """Return the release with the stubs in `written`, code by exercise or answer, replaced; other stubs are kept."""
    made = copy.deepcopy(release.notebook)
    for cell in made["cells"]:
        name = _name(cell)
        if name is not None and name in written:
            cell["source"] = written[name]
    return made


def _name(cell: Mapping[str, Any]) -> str | None:
    """Return what a cell for code is called in `written`: its exercise, or its grade id; None for other cells."""
    nbgrader, ours = cell["metadata"].get("nbgrader", {}), cell["metadata"].get("autograder", {})
    name: str | None = ours.get("exercise")
    if name is None and cell["cell_type"] == "code" and nbgrader.get("solution"):
        name = nbgrader["grade_id"]
    return name


def solutions(folder: Path, problem_set: str) -> dict[str, str]:
    """Return the course's own solutions by exercise or answer, from the source notebook that was built in `folder`."""
    path = folder / nbgrader.SOURCE / problem_set / f"{problem_set}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {name: "".join(cell["source"]) for cell in cells if (name := _name(cell)) is not None}
