"""A submitted notebook made to fit its release again."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.notebook.comparison import defined_names, is_same, superseded_stubs
from autograder.notebook.reading import Cell

from .release import Release


@dataclass(frozen=True)
class Repaired:
    """A submission that fits its release again: its cells in order, and what was mended, for the student."""

    cells: tuple[Cell, ...]
    repairs: tuple[str, ...]

    def place(self, grade_id: str) -> int | None:
        """Where a cell of the release stands (from 1, as students count); None where it is missing."""
        return next((place for place, cell in enumerate(self.cells, 1) if cell.grade_id == grade_id), None)


def repair(cells: list[Cell], release: Release) -> Repaired:
    """Make the cells fit the release: restore locked ones, drop copies, put back what is missing at the end."""
    repairs: list[str] = []
    counting = _counting(cells, release)
    stubs = _stubs_to_leave_out(cells, counting, release)
    kept: list[Cell] = []
    for place, cell in enumerate(cells):
        ours = release.cells.get(cell.grade_id)
        if place in stubs:
            repairs.append(stubs[place])
        elif ours is None:
            kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif counting[cell.grade_id] != place:
            if ours.locked:
                repairs.append(f"A copy of the locked cell {ours.grade_id} was left out.")
            elif is_same(cell.source, ours.source):
                repairs.append(f"A copy of the cell {ours.grade_id} in which nothing is written was left out.")
            else:  # a copy of a cell to be written in may hold work: it runs, as a cell of the student's own
                repairs.append(
                    f"The cell {ours.grade_id} is there more than once; the last one in which something is written is"
                    " the one that is handed in."
                )
                kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif ours.locked:
            # Prose is not graded, and may be the release's in another language: it is put back without a word.
            if ours.kind == "code" and (not is_same(cell.source, ours.source) or cell.kind != ours.kind):
                repairs.append(f"The locked cell {ours.grade_id} was changed; it was put back as it was.")
            kept.append(Cell(ours.kind, ours.source, ours.grade_id))
        else:
            if cell.kind != ours.kind:
                repairs.append(
                    f"The cell {ours.grade_id} was made a {cell.kind} cell; it was taken as {ours.kind} again."
                )
            kept.append(Cell(ours.kind, cell.source, ours.grade_id, cell.attachments))
    left_out = {cells[place].grade_id for place in stubs}
    released = list(release.cells.values())
    for index, ours in enumerate(released):
        if ours.grade_id in counting and ours.grade_id not in left_out:
            continue
        if ours.kind == "code" and ours.locked and not ours.grade_id.endswith("-examples"):
            # Set-up goes back where it belongs, or nothing below it runs.
            before = {cell.grade_id for cell in released[:index]}
            place = max((place for place, cell in enumerate(kept, 1) if cell.grade_id in before), default=0)
            kept.insert(place, Cell(ours.kind, ours.source, ours.grade_id))
            repairs.append(f"The locked cell {ours.grade_id} was missing; it was put back.")
        elif ours.kind == "code" or not ours.locked:
            kept.append(Cell(ours.kind, ours.source if ours.locked else "", ours.grade_id))
            if ours.grade_id not in left_out:
                repairs.append(f"The cell {ours.grade_id} was missing; it was put back at the end.")
    return Repaired(tuple(kept), tuple(repairs))


def _counting(cells: list[Cell], release: Release) -> dict[str, int]:
    """By grade id, the place of the cell that counts: the last one, of cells to be written in the last that is."""
    last: dict[str, int] = {}
    written: dict[str, int] = {}
    for place, cell in enumerate(cells):
        ours = release.cells.get(cell.grade_id)
        if ours is not None:
            last[cell.grade_id] = place
            if not ours.locked and cell.source.strip() and not is_same(cell.source, ours.source):
                written[cell.grade_id] = place
    return last | written


def _stubs_to_leave_out(cells: list[Cell], counting: dict[str, int], release: Release) -> dict[int, str]:
    """The places of stubs as they were given out whose exercise is answered elsewhere, each with what is told of it.

    They would bind the exercise's name again, to what is not written.
    """
    own = [
        (place, cell.source, defined_names(cell.source))
        for place, cell in enumerate(cells)
        if cell.kind == "code" and cell.grade_id not in release.cells
    ]
    found: dict[int, str] = {}
    for exercise in release.exercises:
        stub = release.cells[exercise.solution_id].source
        marked = counting.get(exercise.solution_id)
        is_stub = marked is not None and is_same(cells[marked].source, stub)
        defining = {place: is_same(source, stub) for place, source, names in own if exercise.name in names}
        for place in superseded_stubs(marked, is_stub, defining, counting.get(exercise.examples_id)):
            found[place] = f"A copy of the cell {exercise.solution_id} in which nothing is written was left out."
            if place == marked:
                found[place] = (
                    f"Nothing is written in the cell {exercise.solution_id}; a cell of your own that defines"
                    f" {exercise.name} is what is handed in."
                )
    return found
