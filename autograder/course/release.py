"""The release of a problem set, as students received it: its cells, their points, and its exercises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.errors import AutograderError
from autograder.notebook import vocabulary
from autograder.notebook.vocabulary import ALL, Vocabulary

from .layout import RELEASE


@dataclass(frozen=True)
class ReleasedCell:
    """A cell with one of nbgrader's grade ids; `raw` is the cell as in the file."""

    grade_id: str
    kind: str
    source: str
    locked: bool
    raw: dict[str, Any]


@dataclass(frozen=True)
class ReleasedExercise:
    """An exercise: the grade ids of its stub and its visible examples, its points and its vocabulary.

    The examples of a cell of tests are the visible part of the cell, and its stub is the nearest answer above it, or
    itself if there is none.
    """

    name: str
    solution_id: str
    examples_id: str
    points: float
    also: tuple[str, ...]
    without: tuple[str, ...]
    replaced: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    at_cell: bool = False
    """Whether it is a cell of tests, whose name the student does not define."""
    bonus: float = 0.0
    """Its bonus points, which are no part of its points."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Return the functions that the exercise may call."""
        return vocabulary.of(self.also, self.without)


@dataclass(frozen=True)
class Release:
    """The release of one problem set; `points` is the total, without bonus points.

    `handouts` maps the names of the files that were built with it to their SHA-256.
    """

    problem_set: str
    path: Path
    notebook: dict[str, Any]
    cells: dict[str, ReleasedCell]
    exercises: tuple[ReleasedExercise, ...]
    points: float
    handouts: dict[str, str]


def path_of(root: Path, problem_set: str) -> Path:
    """Return the path of a problem set's release."""
    return root / RELEASE / problem_set / f"{problem_set}.ipynb"


def load(root: Path, problem_set: str) -> Release:
    """Return the release of a problem set.

    Raises:
        AutograderError: there is no release, or `autograder build` did not make it.
    """
    path = path_of(root, problem_set)
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except FileNotFoundError:
        raise AutograderError(
            "{path}: no release; run: autograder build {problem_set}", path=path, problem_set=problem_set
        ) from None
    except (OSError, ValueError) as error:
        raise AutograderError(
            "{path}: cannot be read ({error}); run: autograder build {problem_set}",
            path=path,
            error=error,
            problem_set=problem_set,
        ) from None
    cells: dict[str, ReleasedCell] = {}
    solutions: dict[str, tuple[str, dict[str, Any]]] = {}
    examples: dict[str, tuple[str, float, float]] = {}
    at_cell: set[str] = set()
    points = 0.0
    for raw in notebook.get("cells", []):
        ours = raw["metadata"].get("autograder", {})
        graded = raw["metadata"].get("nbgrader")
        if not graded:
            continue
        grade_id = graded["grade_id"]
        source = raw["source"]
        locked = not graded["solution"] and (graded["grade"] or graded["locked"])
        cells[grade_id] = ReleasedCell(grade_id, raw["cell_type"], source, locked, raw)
        points += graded.get("points", 0) if graded["grade"] else 0
        if "exercise" in ours:
            solutions[ours["exercise"]] = grade_id, ours
        elif "examples" in ours:
            examples[ours["examples"]] = grade_id, float(graded["points"]), float(ours.get("bonus", 0))
            if "answer" in ours:
                at_cell.add(ours["examples"])
                solutions[ours["examples"]] = ours["answer"] or grade_id, {"also": [ALL]}
    exercises = tuple(
        ReleasedExercise(
            name,
            grade_id,
            examples[name][0],
            examples[name][1],
            tuple(ours.get("also", ())),
            tuple(ours.get("without", ())),
            tuple(sorted(ours.get("uses", {}).items())),
            tuple(ours.get("others", ())),
            name in at_cell,
            examples[name][2],
        )
        for name, (grade_id, ours) in solutions.items()
    )
    if not exercises and not points:
        raise AutograderError(
            "{path}: contains no exercise; run: autograder build {problem_set}", path=path, problem_set=problem_set
        )
    handouts = dict(notebook["metadata"].get("autograder", {}).get("handouts", {}))
    return Release(problem_set, path, notebook, cells, exercises, points, handouts)
