"""Repairs a submitted notebook so that its cells match its release."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.language import gettext
from autograder.notebook.comparison import defined_names, is_same, superseded_stubs
from autograder.notebook.reading import Cell

from .recognition import is_answer
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
                repairs.append(gettext("A copy of the locked cell {cell} was removed.", cell=ours.grade_id))
            elif is_same(cell.source, ours.source):
                repairs.append(_copy_removed(ours.grade_id))
            else:  # a copy of a solution cell may contain the student's work: it is kept as a cell of the student
                repairs.append(
                    gettext(
                        "The cell {cell} appears more than once; the last one with an answer is graded.",
                        cell=ours.grade_id,
                    )
                )
                kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif ours.locked:
            # Prose is not graded, and may be in the other language's release: it is restored without a remark.
            if ours.kind == "code" and (not is_same(cell.source, ours.source) or cell.kind != ours.kind):
                repairs.append(
                    gettext("The locked cell {cell} was changed; it was put back as it was.", cell=ours.grade_id)
                )
            kept.append(Cell(ours.kind, ours.source, ours.grade_id))
        else:
            if cell.kind != ours.kind:
                repairs.append(
                    gettext(
                        "The cell {cell} was changed to a {kind} cell; it was changed back to {right}.",
                        cell=ours.grade_id,
                        kind=cell.kind,
                        right=ours.kind,
                    )
                )
            kept.append(Cell(ours.kind, cell.source, ours.grade_id, cell.attachments))
    left_out = {cells[place].grade_id for place in stubs}
    released = list(release.cells.values())
    for index, ours in enumerate(released):
        if ours.grade_id in counting and ours.grade_id not in left_out:
            continue
        if ours.kind == "code" and ours.locked and not ours.grade_id.endswith("-examples"):
            # Setup code must run at its place: below the nearest preceding cell of the release that is present.
            before = {cell.grade_id for cell in released[:index]}
            place = max((place for place, cell in enumerate(kept, 1) if cell.grade_id in before), default=0)
            kept.insert(place, Cell(ours.kind, ours.source, ours.grade_id))
            repairs.append(gettext("The locked cell {cell} was missing; it was put back.", cell=ours.grade_id))
        elif ours.kind == "code" or not ours.locked:
            kept.append(Cell(ours.kind, ours.source if ours.locked else "", ours.grade_id))
            if ours.grade_id not in left_out:
                said = gettext("The cell {cell} was missing; it was put back at the end.", cell=ours.grade_id)
                repairs.append(said)
    return Repaired(tuple(kept), tuple(repairs))


def _counting(cells: list[Cell], release: Release) -> dict[str, int]:
    """Return the index of the cell that is graded, by grade id: the last one with an answer, or else the last one."""
    last: dict[str, int] = {}
    written: dict[str, int] = {}
    for place, cell in enumerate(cells):
        ours = release.cells.get(cell.grade_id)
        if ours is not None:
            last[cell.grade_id] = place
            if is_answer(cell.source, ours):
                written[cell.grade_id] = place
    return last | written


def _stubs_to_leave_out(cells: list[Cell], counting: dict[str, int], release: Release) -> dict[int, str]:
    """Return the indices of unchanged stubs whose exercise is answered in another cell, each with its remark.

    They would rebind the exercise's name to the stub.
    """
    own = [
        (place, cell.source, defined_names(cell.source))
        for place, cell in enumerate(cells)
        if cell.kind == "code" and cell.grade_id not in release.cells
    ]
    found: dict[int, str] = {}
    for exercise in release.exercises:
        if exercise.at_cell:
            continue
        stub = release.cells[exercise.solution_id].source
        marked = counting.get(exercise.solution_id)
        is_stub = marked is not None and is_same(cells[marked].source, stub)
        defining = {place: is_same(source, stub) for place, source, names in own if exercise.name in names}
        for place in superseded_stubs(marked, is_stub, defining, counting.get(exercise.examples_id)):
            found[place] = _copy_removed(exercise.solution_id)
            if place == marked:
                found[place] = gettext(
                    "The cell {cell} is unchanged; your own cell with {exercise} is graded.",
                    cell=exercise.solution_id,
                    exercise=exercise.name,
                )
    return found


def _copy_removed(grade_id: str) -> str:
    return gettext("An unchanged copy of the cell {cell} was removed.", cell=grade_id)
