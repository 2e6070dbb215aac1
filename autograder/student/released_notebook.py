"""A released notebook as a student has it at home: which cells run, which exercises there are, their rules."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError
from autograder.notebook import vocabulary
from autograder.notebook.comparison import defined_names, plain, superseded_stubs
from autograder.notebook.reading import cell_of, load
from autograder.notebook.vocabulary import Vocabulary

from . import handouts
from .handouts import NONE, Handouts
from .messages import LANGUAGES
from .recovery import recovered

_PACKAGE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
_SECONDS = 30.0
"""What a cell may take where the release does not say."""


@dataclass(frozen=True)
class Cell:
    """One code cell, by its place among all cells of the notebook (from 1)."""

    number: int
    source: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: the numbers of its two cells, where they are still there, and its rules."""

    name: str
    points: float
    solution: int | None
    examples: int | None
    vocabulary: Vocabulary
    others: tuple[str, ...] = ()
    """Exercises that it may be written with."""


@dataclass(frozen=True)
class Written:
    """One question that is answered in words, and whether something is written there."""

    name: str
    points: float
    begun: bool


@dataclass(frozen=True)
class Sheet:
    """The notebook; `changed` are the numbers of locked code cells that are not as they were given out.

    `cells` are those that run, in this order. Points and rules are not `known` where the cells lost their metadata.
    `setup` tells whether a locked code cell without examples is left: what the release defines for all exercises.
    `handouts` are the files that came with it, `packages` what the course uses beside torch and NumPy.
    """

    path: Path
    problem_set: str
    language: str
    cell_seconds: float
    cells: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]
    written: tuple[Written, ...]
    changed: tuple[int, ...]
    known: bool = True
    setup: bool = True
    handouts: Handouts = NONE
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Marked:
    """A cell with what nbgrader's metadata and ours say of it."""

    number: int
    kind: str
    source: str
    nbgrader: Mapping[str, Any]
    ours: Mapping[str, Any]

    @property
    def grade_id(self) -> str:
        return _text(self.nbgrader.get("grade_id"))

    @property
    def locked(self) -> bool:
        return not self.nbgrader.get("solution") and bool(self.nbgrader.get("grade") or self.nbgrader.get("locked"))

    @property
    def untouched(self) -> bool:
        return self.is_as_given_out(self.source)

    def is_as_given_out(self, source: str) -> bool:
        """Whether a text is the one that this cell had when it was given out."""
        given = self.nbgrader.get("checksum")
        return any(given == checksum(text, self.kind, self.nbgrader) for text in (source, plain(source)))

    @property
    def points(self) -> float:
        points = self.nbgrader.get("points")
        return float(points) if isinstance(points, int | float) else 0.0


def read(path: Path) -> Sheet:
    """The notebook in a file.

    Raises:
        AutograderError: it cannot be read, or is none of a problem set; one line.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise AutograderError(f"{path}: no such file; give the path of your notebook") from None
    except IsADirectoryError:
        raise AutograderError(f"{path}: a folder; give the path of your notebook in it") from None
    except OSError as error:
        raise AutograderError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        notebook = load(data, str(path))
        marked = [_marked(raw, number, str(path)) for number, raw in enumerate(notebook["cells"], 1)]
    except AutograderError as error:  # worded for what was handed in, which this was not yet
        raise AutograderError(re.sub(r",? and hand it in again", "", str(error))) from None
    known = True
    if not any(_text(cell.ours.get("exercise")) or _text(cell.ours.get("examples")) for cell in marked):
        notebook, known = recovered(notebook, path)
        marked = [_marked(raw, number, str(path)) for number, raw in enumerate(notebook["cells"], 1)]
    counting = _counting(marked)
    graded = [cell for cell in marked if counting.get(cell.grade_id) == cell.number]
    exercises = tuple(_exercises(graded))
    if not exercises:
        raise AutograderError(f"{path}: no exercise in it; check the notebook of a problem set as you were given it")
    exercises, left_out = _answered(exercises, marked, graded)
    left_out |= {
        cell.number
        for cell in marked
        if cell.grade_id and cell not in graded and (cell.locked or cell.untouched)  # copies
    }
    ours = _mapping(_mapping(notebook.get("metadata")).get("autograder"))
    seconds = ours.get("cell_seconds")
    return Sheet(
        path,
        _text(ours.get("problem_set")) or path.stem,
        ours["language"] if ours.get("language") in LANGUAGES else LANGUAGES[0],
        float(seconds) if isinstance(seconds, int | float) and 0 < seconds <= 3600 else _SECONDS,
        _in_order([cell for cell in marked if cell.kind == "code" and cell.number not in left_out], exercises),
        exercises,
        tuple(
            Written(cell.grade_id, cell.points, bool(cell.source.strip()) and not cell.untouched)
            for cell in graded
            if cell.nbgrader.get("grade") and cell.nbgrader.get("solution") and not cell.ours
        ),
        tuple(
            cell.number
            for cell in graded
            if cell.kind == "code" and cell.locked and "checksum" in cell.nbgrader and not cell.untouched
        ),
        known,
        not known or any(cell.kind == "code" and cell.locked and not cell.nbgrader.get("grade") for cell in graded),
        handouts.of(path, _mapping(ours.get("handouts"))),
        tuple(name for name in _texts(ours.get("packages"))[:50] if _PACKAGE.fullmatch(name)),
    )


def _counting(marked: list[_Marked]) -> dict[str, int]:
    """By grade id, the number of the cell that counts: the last one, of cells to be written in the last that is."""
    last = {cell.grade_id: cell.number for cell in marked if cell.grade_id}
    written = {
        cell.grade_id: cell.number
        for cell in marked
        if cell.grade_id and not cell.locked and cell.source.strip() and not cell.untouched
    }
    return last | written


def _answered(
    exercises: tuple[Exercise, ...], marked: list[_Marked], graded: list[_Marked]
) -> tuple[tuple[Exercise, ...], set[int]]:
    """The exercises with the cells in which they are answered, and the numbers of stubs that must not run for that."""
    own = [(cell, defined_names(cell.source)) for cell in marked if cell.kind == "code" and not cell.grade_id]
    asking = {cell.number: cell for cell in graded}
    found: list[Exercise] = []
    left_out: set[int] = set()
    for exercise in exercises:
        cell = asking.get(exercise.solution or 0)
        defining = {
            other.number: bool(cell and cell.is_as_given_out(other.source))
            for other, names in own
            if exercise.name in names
        }
        stubs = superseded_stubs(exercise.solution, bool(cell and cell.untouched), defining, exercise.examples)
        left_out |= stubs
        if exercise.solution in {None, *stubs}:
            answers = [number for number, is_stub in defining.items() if not is_stub]
            found.append(replace(exercise, solution=answers[-1] if answers else None))
        else:
            found.append(exercise)
    return tuple(found), left_out


def _in_order(cells: list[_Marked], exercises: Iterable[Exercise]) -> tuple[Cell, ...]:
    """The cells as they run; examples above their exercise's only answer come last, as when it is graded."""
    early = {item.examples for item in exercises if item.solution and item.examples and item.examples < item.solution}
    ordered = sorted(cells, key=lambda cell: cell.number in early)
    return tuple(Cell(cell.number, cell.source) for cell in ordered)


def _marked(raw: Any, number: int, name: str) -> _Marked:
    cell = cell_of(raw, number, name)
    metadata = _mapping(raw.get("metadata"))
    nbgrader, ours = _mapping(metadata.get("nbgrader")), _mapping(metadata.get("autograder"))
    # What was made a Markdown cell by mistake is graded as the code that it is.
    is_code = cell.kind == "code" or "exercise" in ours or "examples" in ours
    return _Marked(number, "code" if is_code else cell.kind, cell.source, nbgrader, ours)


def _exercises(cells: list[_Marked]) -> Iterator[Exercise]:
    """The exercises in the order of their cells; of one whose own cell was deleted the examples are left."""
    solutions = {_text(cell.ours.get("exercise")): cell for cell in cells if _text(cell.ours.get("exercise"))}
    examples = {_text(cell.ours.get("examples")): cell for cell in cells if _text(cell.ours.get("examples"))}
    places = {name: cell.number for name, cell in [*examples.items(), *solutions.items()]}
    for name in sorted(places, key=lambda name: places[name]):
        solution, shown = solutions.get(name), examples.get(name)
        ours = solution.ours if solution else {}
        yield Exercise(
            name,
            shown.points if shown else 0.0,
            solution.number if solution else None,
            shown.number if shown else None,
            vocabulary.of(_texts(ours.get("also")), _texts(ours.get("without"))),
            (*_texts(ours.get("others")), *map(_text, _mapping(ours.get("uses")))),
        )


def checksum(source: str, kind: str, nbgrader: Mapping[str, Any]) -> str:
    """nbgrader's checksum of a cell, by which it knows what was changed."""
    grade, solution, locked = (bool(nbgrader.get(key)) for key in ("grade", "solution", "locked"))
    parts = [source, kind, str(grade), str(solution), str(not solution and (grade or locked))]
    parts.append(_text(nbgrader.get("grade_id")))
    points = nbgrader.get("points")
    parts += [str(float(points))] if grade and isinstance(points, int | float) else []
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, value))) if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
