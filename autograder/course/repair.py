"""Repairs a submitted notebook so that its cells match its release."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.notebook.reading import Cell

from .release import Release


@dataclass(frozen=True)
class Repaired:
    """The cells of a submission, in order and matching the release, and the repairs, as sentences for the student."""

    cells: tuple[Cell, ...]
    repairs: tuple[str, ...]

    def place(self, grade_id: str) -> int | None:
        """Return the position of a cell of the release, counted from 1; None if it is missing."""
        return next((place for place, cell in enumerate(self.cells, 1) if cell.grade_id == grade_id), None)


def repair(cells: list[Cell], release: Release) -> Repaired:
    """Match the cells to the release by grade id.

    Changed and missing locked cells are restored, and copies of locked cells are dropped. Other missing cells are
    appended at the end.
    """
    repairs: list[str] = []
    last = {cell.grade_id: place for place, cell in enumerate(cells) if cell.grade_id in release.cells}
    kept: list[Cell] = []
    for place, cell in enumerate(cells):
        ours = release.cells.get(cell.grade_id)
        if ours is None:
            kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif last[cell.grade_id] != place:
            if ours.locked:
                repairs.append(f"A copy of the locked cell {ours.grade_id} was removed.")
            else:  # a copy of a solution cell may contain the student's work: it runs as a cell of the student's own
                repairs.append(f"The cell {ours.grade_id} appears more than once; the last one is graded.")
                kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif ours.locked:
            # Prose is not graded, and may be in the other language's release: it is restored without a remark.
            if ours.kind == "code" and (cell.source != ours.source or cell.kind != ours.kind):
                repairs.append(f"The locked cell {ours.grade_id} was changed; it was put back as it was.")
            kept.append(Cell(ours.kind, ours.source, ours.grade_id))
        else:
            if cell.kind != ours.kind:
                repairs.append(
                    f"The cell {ours.grade_id} was changed to a {cell.kind} cell; it was changed back to {ours.kind}."
                )
            kept.append(Cell(ours.kind, cell.source, ours.grade_id, cell.attachments))
    released = list(release.cells.values())
    for index, ours in enumerate(released):
        if ours.grade_id in last:
            continue
        if ours.locked and ours.kind == "code" and not ours.raw["metadata"]["nbgrader"]["grade"]:
            # Setup code must run at its place: below the nearest preceding cell of the release that is present.
            before = {cell.grade_id for cell in released[:index]}
            place = max((spot for spot, cell in enumerate(kept, 1) if cell.grade_id in before), default=0)
            kept.insert(place, Cell(ours.kind, ours.source, ours.grade_id))
            repairs.append(f"The locked cell {ours.grade_id} was missing; it was put back.")
        elif ours.raw["metadata"]["nbgrader"]["grade"] or not ours.locked:
            kept.append(Cell(ours.kind, ours.source if ours.locked else "", ours.grade_id))
            repairs.append(f"The cell {ours.grade_id} was missing; it was put back at the end.")
    return Repaired(tuple(kept), tuple(repairs))
