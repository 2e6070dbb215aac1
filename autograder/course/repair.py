"""A submitted notebook made to fit its release again."""

from __future__ import annotations

from dataclasses import dataclass

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
    last = {cell.grade_id: place for place, cell in enumerate(cells) if cell.grade_id in release.cells}
    kept: list[Cell] = []
    for place, cell in enumerate(cells):
        ours = release.cells.get(cell.grade_id)
        if ours is None:
            kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif last[cell.grade_id] != place:
            if ours.locked:
                repairs.append(f"A copy of the locked cell {ours.grade_id} was left out.")
            else:  # a copy of a cell to be written in may hold work: it runs, as a cell of the student's own
                repairs.append(
                    f"The cell {ours.grade_id} is there more than once; the last is the one that is handed in."
                )
                kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif ours.locked:
            # Prose is not graded, and may be the release's in another language: it is put back without a word.
            if ours.kind == "code" and (cell.source != ours.source or cell.kind != ours.kind):
                repairs.append(f"The locked cell {ours.grade_id} was changed; it was put back as it was.")
            kept.append(Cell(ours.kind, ours.source, ours.grade_id))
        else:
            if cell.kind != ours.kind:
                repairs.append(
                    f"The cell {ours.grade_id} was made a {cell.kind} cell; it was taken as {ours.kind} again."
                )
            kept.append(Cell(ours.kind, cell.source, ours.grade_id, cell.attachments))
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
