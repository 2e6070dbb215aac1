"""Recognizes which problem set a notebook belongs to, and which of its questions are answered.

It uses the grade ids of the cells or, if another service has removed them, the texts of the cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.errors import AutograderError
from autograder.language import gettext
from autograder.notebook.comparison import defined_names, is_same, plain
from autograder.notebook.reading import Cell

from . import layout
from . import release as releases
from .release import Release, ReleasedCell


def answers(cells: Iterable[Cell], release: Release) -> dict[str, str]:
    """Return what the student wrote, by the grade id of the cell for the answer.

    An exercise may also be answered in a cell that the student added; unchanged text is no answer.
    """
    marked: dict[str, str] = {}
    own: dict[str, str] = {}
    exercises = {item.name: item.solution_id for item in release.exercises if not item.at_cell}
    for cell in cells:
        ours = release.cells.get(cell.grade_id)
        text = plain(cell.source)
        if ours is not None:
            if is_answer(cell.source, ours):
                marked[cell.grade_id] = text
        elif cell.kind == "code":
            for name in defined_names(cell.source) & exercises.keys():
                if not is_same(cell.source, release.cells[exercises[name]].source):
                    own[exercises[name]] = text
    return own | marked


def is_answer(source: str, ours: ReleasedCell) -> bool:
    """Return whether the student has written something in a cell for an answer."""
    return not ours.locked and bool(source.strip()) and not is_same(source, ours.source)


def others(release: Release) -> list[Release]:
    """Return the releases of the course's other problem sets that are built."""
    root = release.path.parent.parent.parent
    found = []
    for folder in sorted((root / layout.RELEASE).iterdir()):
        if folder.name != release.problem_set and (folder / f"{folder.name}.ipynb").is_file():
            try:
                found.append(releases.load(root, folder.name))
            except AutograderError:
                continue
    return found


def fault(cells: Sequence[Cell], release: Release) -> str:
    """Return why a notebook is not of the release's problem set, to follow the file's name; empty if it is."""
    wanted = release.problem_set
    # Usually the exercises are found, so that the other releases need not be read.
    count = _exercises_by_id if any(cell.grade_id for cell in cells) else _exercises_by_text
    if 2 * count(cells, release) >= len(release.exercises):
        return ""
    known = others(release)
    for count in (_exercises_by_id, _exercises_by_text):
        mine = count(cells, release)
        most, name = max(((count(cells, other), other.problem_set) for other in known), default=(0, ""))
        if most > mine:
            return gettext(
                "is {other}, not {wanted}; hand it in as {other} if it counts there, and ask the student for {wanted}",
                other=name,
                wanted=wanted,
            )
        if mine:
            return ""
    if answers(cells, release):
        return ""
    return gettext(
        "holds no exercise of {wanted} or of another problem set; ask the student for {wanted}.ipynb", wanted=wanted
    )


def _exercises_by_id(cells: Iterable[Cell], release: Release) -> int:
    ids = {cell.grade_id for cell in cells}
    return sum(1 for item in release.exercises if ids & {item.solution_id, item.examples_id})


def _exercises_by_text(cells: Iterable[Cell], release: Release) -> int:
    """Return the number of exercises in a notebook without grade ids, by their examples or definitions."""
    sources = [cell.source for cell in cells if cell.kind == "code"]
    texts = {plain(source) for source in sources}
    names = set().union(*map(defined_names, sources))
    return sum(
        1 for item in release.exercises if item.name in names or plain(release.cells[item.examples_id].source) in texts
    )
