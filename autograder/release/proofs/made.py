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
    """Return the release with the stubs in `written`, code by exercise, replaced; other stubs are kept."""
    made = copy.deepcopy(release.notebook)
    for cell in made["cells"]:
        name = cell["metadata"].get("autograder", {}).get("exercise")
        if name in written:
            cell["source"] = written[name]
    return made


def solutions(folder: Path, problem_set: str) -> dict[str, str]:
    """Return the course's own solutions by exercise, from the source notebook that was built in `folder`."""
    path = folder / nbgrader.SOURCE / problem_set / f"{problem_set}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {
        cell["metadata"]["autograder"]["exercise"]: "".join(cell["source"])
        for cell in cells
        if "exercise" in cell["metadata"].get("autograder", {})
    }
