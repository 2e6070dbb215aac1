"""A submitted notebook made to fit its release again."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.notebook.reading import Cell

from .recognition import defines, is_same, plain
from .release import Release, ReleasedCell


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
    last = _that_count(cells, release)
    replaced = _written_elsewhere(cells, last, release)
    kept: list[Cell] = []
    for place, cell in enumerate(cells):
        ours = release.cells.get(cell.grade_id)
        if ours is None and (name := _stub_of(cell, cells, release)):
            repairs.append(f"A copy of the cell {name} in which nothing is written was left out.")
        elif ours is None:
            kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif last[cell.grade_id] != place:
            if ours.locked:
                repairs.append(f"A copy of the locked cell {ours.grade_id} was left out.")
            elif is_same(cell.source, ours.source):
                repairs.append(f"A copy of the cell {ours.grade_id} in which nothing is written was left out.")
            else:  # a copy of a cell to be written in may hold work: it runs, as a cell of the student's own
                repairs.append(
                    f"The cell {ours.grade_id} is there more than once; the last that is written in is the one handed in."
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
            if cell.grade_id in replaced:
                repairs.append(
                    f"Nothing is written in the cell {ours.grade_id}; a cell of your own above it is what is handed in."
                )
            source = "" if cell.grade_id in replaced else cell.source
            kept.append(Cell(ours.kind, source, ours.grade_id, cell.attachments))
    released = list(release.cells.values())
    for index, ours in enumerate(released):
        if ours.grade_id in last:
            continue
        if ours.locked and ours.kind == "code" and not ours.raw["metadata"]["nbgrader"]["grade"]:
            # Set-up code belongs where it was: below the nearest cell of the release before it that is left.
            before = {cell.grade_id for cell in released[:index]}
            place = max((spot for spot, cell in enumerate(kept, 1) if cell.grade_id in before), default=0)
            kept.insert(place, Cell(ours.kind, ours.source, ours.grade_id))
            repairs.append(f"The locked cell {ours.grade_id} was missing; it was put back.")
        elif ours.raw["metadata"]["nbgrader"]["grade"] or not ours.locked:
            kept.append(Cell(ours.kind, ours.source if ours.locked else "", ours.grade_id))
            repairs.append(f"The cell {ours.grade_id} was missing; it was put back at the end.")
    return Repaired(tuple(kept), tuple(repairs))


def _that_count(cells: list[Cell], release: Release) -> dict[str, int]:
    """By grade id the place of the cell that counts: the last, and of a cell to be written in the last that is."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        ours = release.cells.get(cell.grade_id)
        if ours is not None and (cell.grade_id not in found or ours.locked or _is_written(cell, ours)):
            found[cell.grade_id] = place
        elif ours is not None and not _is_written(cells[found[cell.grade_id]], ours):
            found[cell.grade_id] = place
    return found


def _stub_of(cell: Cell, cells: list[Cell], release: Release) -> str:
    """The name of the exercise whose cell, as it was given out, lost its id here, where the answer stands elsewhere."""
    for exercise in release.exercises:
        stub = release.cells[exercise.solution_id].source
        if cell.kind == "code" and plain(stub) and is_same(cell.source, stub):
            others = (other.source for other in cells if other.kind == "code" and not is_same(other.source, stub))
            if any(defines(source, exercise.name) for source in others):
                return exercise.name
    return ""


def _is_written(cell: Cell, ours: ReleasedCell) -> bool:
    return not is_same(cell.source, ours.source)


def _written_elsewhere(cells: list[Cell], places: dict[str, int], release: Release) -> set[str]:
    """The cells to be written in that are as they were given out, below one of the student's own with the answer.

    Run in its place, what was given out would bind the exercise's name again, to what is not written.
    """
    found = set()
    for exercise in release.exercises:
        place = places.get(exercise.solution_id)
        if place is not None and is_same(cells[place].source, release.cells[exercise.solution_id].source):
            above = [cell for cell in cells[:place] if cell.kind == "code" and cell.grade_id not in release.cells]
            if any(defines(cell.source, exercise.name) for cell in above):
                found.add(exercise.solution_id)
    return found
