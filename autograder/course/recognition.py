"""Which problem set a submitted notebook is of, and whether anything is written in it.

Grade ids tell; where the notebook's cells lost their metadata (a copy through another service), their texts do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.errors import AutograderError
from autograder.notebook.reading import Cell

from . import release as releases
from .release import Release


def plain(source: str) -> str:
    """A cell's text without what programs change in it: blanks at the ends of lines, blank lines at its ends."""
    return "\n".join(line.rstrip() for line in source.strip("\n").splitlines()).strip("\n")


def is_same(one: str, other: str) -> bool:
    """Whether two cells differ in nothing that a person would see."""
    return one == other or plain(one) == plain(other)


def is_written(cells: Iterable[Cell], release: Release) -> bool:
    """Whether a notebook holds work: a text of the student's own, where one is asked for or in a cell of its own."""
    given = {plain(ours.source) for ours in release.cells.values()} | {""}
    for cell in cells:
        ours = release.cells.get(cell.grade_id)
        if ours is None or not ours.locked:
            # What has lost its mark may be a locked text of an earlier release: only code counts there.
            if plain(cell.source) not in given and (ours is not None or cell.kind == "code"):
                return True
    return False


def work(cells: Iterable[Cell]) -> tuple[tuple[str, str], ...]:
    """What two notebooks have in common that differ in nothing a student wrote."""
    return tuple((cell.kind, plain(cell.source)) for cell in cells if plain(cell.source))


def defines(source: str, name: str) -> bool:
    """Whether a cell's code binds a name, as far as its lines show."""
    word = re.escape(name)
    return bool(re.search(rf"(?m)^(?:(?:async[ \t]+)?def|class)[ \t]+{word}\b|^{word}[ \t]*=[^=]", source))


def exercises_by_id(cells: Iterable[Cell], release: Release) -> int:
    """How many exercises of a release a notebook holds, by the grade ids of its cells."""
    ids = {cell.grade_id for cell in cells}
    return sum(1 for item in release.exercises if ids & {item.solution_id, item.examples_id})


def exercises_by_text(cells: Iterable[Cell], release: Release) -> int:
    """How many exercises of a release a notebook holds whose cells may have lost their ids."""
    sources = [cell.source for cell in cells if not cell.grade_id and cell.kind == "code"]
    texts = {plain(source) for source in sources}
    return sum(
        1
        for item in release.exercises
        if plain(release.cells[item.examples_id].source) in texts
        or any(defines(source, item.name) for source in sources)
    )


def of_another(cells: Sequence[Cell], release: Release, root: Path, names: Iterable[str]) -> str:
    """The problem set that a notebook is of, where it is not the one of `release`; else empty.

    Args:
        cells: the notebook's.
        release: of the problem set that it was handed in as.
        root: the course's folder.
        names: the course's problem sets.
    """
    if exercises_by_id(cells, release):
        return ""
    others = list(_others(root, names, release.problem_set))
    for count in (exercises_by_id, exercises_by_text):
        mine = count(cells, release)
        found = max(((count(cells, other), other.problem_set) for other in others), default=(0, ""))
        if found[0] > mine:
            return found[1]
    return ""


def _others(root: Path, names: Iterable[str], but: str) -> Iterator[Release]:
    for name in names:
        if name != but:
            try:
                yield releases.load(root, name)
            except AutograderError:  # not built yet
                continue
