"""Which problem set a submitted notebook is of, and what is answered in it.

The grade ids of its cells tell; where they are lost (a copy through another service), the cells' texts do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.errors import AutograderError
from autograder.notebook.comparison import defined_names, is_same, plain
from autograder.notebook.reading import Cell

from . import layout
from . import release as releases
from .release import Release, ReleasedCell


def answers(cells: Iterable[Cell], release: Release) -> dict[str, str]:
    """What the student wrote, by the grade id of the cell that asks for it.

    An exercise may be answered in a cell of the student's own; what stands as it was given out is no answer.
    """
    marked: dict[str, str] = {}
    own: dict[str, str] = {}
    exercises = {item.name: item.solution_id for item in release.exercises}
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
    """Whether something is written in a cell that asks for an answer."""
    return not ours.locked and bool(source.strip()) and not is_same(source, ours.source)


def others(release: Release) -> list[Release]:
    """The releases of the course's other problem sets, as far as they are built."""
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
    """Why a notebook is none of the release's problem set, to be read behind the file's name; else empty."""
    wanted = release.problem_set
    # Usually the exercises are there, and the other releases need not be read.
    count = _exercises_by_id if any(cell.grade_id for cell in cells) else _exercises_by_text
    if 2 * count(cells, release) >= len(release.exercises):
        return ""
    known = others(release)
    for count in (_exercises_by_id, _exercises_by_text):
        mine = count(cells, release)
        most, name = max(((count(cells, other), other.problem_set) for other in known), default=(0, ""))
        if most > mine:
            return f"is {name}, not {wanted}; hand it in as {name} if it counts there, and ask the student for {wanted}"
        if mine:
            return ""
    if answers(cells, release):
        return ""
    return f"holds no exercise of {wanted} or of another problem set; ask the student for {wanted}.ipynb"


def _exercises_by_id(cells: Iterable[Cell], release: Release) -> int:
    ids = {cell.grade_id for cell in cells}
    return sum(1 for item in release.exercises if ids & {item.solution_id, item.examples_id})


def _exercises_by_text(cells: Iterable[Cell], release: Release) -> int:
    """How many exercises are in a notebook whose cells lost their ids: their examples, or what defines their name."""
    sources = [cell.source for cell in cells if cell.kind == "code"]
    texts = {plain(source) for source in sources}
    names = set().union(*map(defined_names, sources))
    return sum(
        1 for item in release.exercises if item.name in names or plain(release.cells[item.examples_id].source) in texts
    )
