"""Reads a student's copy of a released notebook: the cells to run, the exercises, and their rules."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError
from autograder.language import ENGLISH, LANGUAGES
from autograder.notebook import vocabulary
from autograder.notebook.comparison import defined_names, plain, superseded_stubs
from autograder.notebook.reading import Unreadable, cell_of, load
from autograder.notebook.vocabulary import Vocabulary

from . import handouts
from .handouts import NONE, Handouts
from .recovery import recovered

_PACKAGE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
_SECONDS = 30.0
"""The time limit of a cell, in seconds, if the release has none."""


@dataclass(frozen=True)
class Cell:
    """One code cell, and its position among all cells of the notebook, counted from 1."""

    number: int
    source: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: the numbers of its two cells, None for a missing one, and its rules."""

    name: str
    points: float
    solution: int | None
    examples: int | None
    vocabulary: Vocabulary
    others: tuple[str, ...] = ()
    """The other exercises that it may call."""
    bonus: float = 0.0


@dataclass(frozen=True)
class Written:
    """One question that is answered in prose, and whether an answer is begun."""

    name: str
    points: float
    begun: bool


@dataclass(frozen=True)
class Sheet:
    """The notebook; `changed` are the numbers of locked code cells that differ from the release.

    `cells` are the cells to run, in order. Points and rules are not `known` if the cells lost their metadata. `setup`
    tells whether a locked code cell without examples, which defines names for all exercises, is left. `handouts` are
    the files that came with the notebook, `packages` those that the course uses besides torch and NumPy.
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
    """A cell with nbgrader's metadata and ours."""

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
        """Return whether a text is the released text of this cell."""
        given = self.nbgrader.get("checksum")
        return any(given == checksum(text, self.kind, self.nbgrader) for text in (source, plain(source)))

    @property
    def points(self) -> float:
        return _number(self.nbgrader.get("points"))


def read(path: Path) -> Sheet:
    """Read the notebook in a file.

    Raises:
        AutograderError: it cannot be read, or has no exercise; the message is one line.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise AutograderError("{path}: no such file; give the path of your notebook", path=path) from None
    except IsADirectoryError:
        raise AutograderError("{path}: a folder; give the path of your notebook in it", path=path) from None
    except OSError as error:
        raise AutograderError("{path}: cannot be read: {why}", path=path, why=error.strerror) from None
    try:
        notebook = load(data, str(path))
        marked = [_marked(raw, number, str(path)) for number, raw in enumerate(notebook["cells"], 1)]
    except Unreadable as error:
        raise AutograderError("{why}", why=error.at_home) from None
    known = True
    if not any(_text(cell.ours.get("exercise")) or _text(cell.ours.get("examples")) for cell in marked):
        notebook, known = recovered(notebook, path)
        marked = [_marked(raw, number, str(path)) for number, raw in enumerate(notebook["cells"], 1)]
    counting = _counting(marked)
    graded = [cell for cell in marked if counting.get(cell.grade_id) == cell.number]
    exercises = tuple(_exercises(graded))
    if not exercises:
        raise AutograderError(
            "{path}: no exercise in it; check the notebook of a problem set as you were given it", path=path
        )
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
        ours["language"] if ours.get("language") in LANGUAGES else ENGLISH,
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
    """Return the number of the cell that counts, by grade id: the last one, or the last answer if there is any."""
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
    """Return the exercises with the cells of their answers, and the numbers of stubs that therefore must not run."""
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
    """Return the cells in running order; examples above their exercise's only answer come last, as in grading."""
    early = {item.examples for item in exercises if item.solution and item.examples and item.examples < item.solution}
    ordered = sorted(cells, key=lambda cell: cell.number in early)
    return tuple(Cell(cell.number, cell.source) for cell in ordered)


def _marked(raw: Any, number: int, name: str) -> _Marked:
    cell = cell_of(raw, number, name)
    metadata = _mapping(raw.get("metadata"))
    nbgrader, ours = _mapping(metadata.get("nbgrader")), _mapping(metadata.get("autograder"))
    # A code cell that was turned into Markdown by mistake is graded as code.
    is_code = cell.kind == "code" or "exercise" in ours or "examples" in ours
    return _Marked(number, "code" if is_code else cell.kind, cell.source, nbgrader, ours)


def _exercises(cells: list[_Marked]) -> Iterator[Exercise]:
    """Yield the exercises in the order of their cells; if an answer's cell was deleted, its examples remain."""
    solutions = {_text(cell.ours.get("exercise")): cell for cell in cells if _text(cell.ours.get("exercise"))}
    examples = {_text(cell.ours.get("examples")): cell for cell in cells if _text(cell.ours.get("examples"))}
    places = {name: cell.number for name, cell in [*examples.items(), *solutions.items()]}
    for name in sorted(places, key=lambda name: places[name]):
        solution, shown = solutions.get(name), examples.get(name)
        ours = solution.ours if solution else {}
        if shown and "answer" in shown.ours:  # a cell of tests, for what stands in the nearest answer above it
            solution = next((cell for cell in cells if cell.grade_id and cell.grade_id == shown.ours["answer"]), None)
            ours = {"also": [vocabulary.ALL]}
        yield Exercise(
            name,
            shown.points if shown else 0.0,
            solution.number if solution else None,
            shown.number if shown else None,
            vocabulary.of(_texts(ours.get("also")), _texts(ours.get("without"))),
            (*_texts(ours.get("others")), *map(_text, _mapping(ours.get("uses")))),
            _number(shown.ours.get("bonus")) if shown else 0.0,
        )


def checksum(source: str, kind: str, nbgrader: Mapping[str, Any]) -> str:
    """Return nbgrader's checksum of a cell, by which it detects changes."""
    grade, solution, locked = (bool(nbgrader.get(key)) for key in ("grade", "solution", "locked"))
    parts = [source, kind, str(grade), str(solution), str(not solution and (grade or locked))]
    parts.append(_text(nbgrader.get("grade_id")))
    points = nbgrader.get("points")
    parts += [str(float(points))] if grade and isinstance(points, int | float) else []
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, value))) if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
