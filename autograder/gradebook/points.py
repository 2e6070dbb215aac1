"""Finds cells whose points changed after submissions were graded, and the affected scores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from nbgrader.api import Grade, Gradebook, GradeCell, MissingEntry

from autograder.course import nbgrader
from autograder.course.config import Course
from autograder.language.staff import for_staff, for_staff_plural, some_for_staff

from .connection import exists, opened


class Repointed(msgspec.Struct, frozen=True):
    """A graded cell whose maximum score changed, with the affected scores in the gradebook."""

    problem_set: str
    cell: str
    """nbgrader's grade id, of an exercise's examples or of a written question."""
    before: float
    after: float
    automatic: list[str]
    """Students whose automatic score `autograder grade` recomputes."""
    gone: list[str]
    """Students whose submission is no longer in submitted/; their score is kept."""
    by_hand: dict[str, float]
    """Scores given by hand, by student; they are kept."""

    def lines(self) -> list[str]:
        """Return one line for each thing that staff should know or do."""
        what = for_staff(
            "{problem_set}: {cell} is worth {points:g}, and was {before:g}",
            problem_set=self.problem_set,
            cell=self.cell,
            points=self.after,
            before=self.before,
        )
        said = []
        if self.automatic:
            said.append(
                for_staff_plural(
                    "{what}: {count} submission was graded before; run: autograder grade {problem_set}",
                    "{what}: {count} submissions were graded before; run: autograder grade {problem_set}",
                    len(self.automatic),
                    what=what,
                    count=len(self.automatic),
                    problem_set=self.problem_set,
                )
            )
        if self.gone:
            said.append(
                for_staff(
                    "{what}: the score of {students} is kept: no submission in {folder}/",
                    what=what,
                    students=some_for_staff(self.gone),
                    folder=nbgrader.SUBMITTED,
                )
            )
        if self.by_hand:
            over = sorted(student for student, score in self.by_hand.items() if score > self.after)
            students = some_for_staff(sorted(self.by_hand))
            said.append(
                for_staff(
                    "{what}: the score given by hand is kept ({students}), and that of {above} is above the maximum;"
                    " review it",
                    what=what,
                    students=students,
                    above=some_for_staff(over),
                )
                if over
                else for_staff(
                    "{what}: the score given by hand is kept ({students}); review it", what=what, students=students
                )
            )
        return said


def worth(course: Course, problem_set: str) -> dict[str, float]:
    """Return the maximum score of each graded cell in the gradebook, by grade id; empty for an unknown problem set."""
    if not exists(course):
        return {}
    with opened(course) as gradebook:
        return {cell.name: cell.max_score for cell in _cells(gradebook, problem_set)}


def changed(root: Path, course: Course, problem_set: str, before: Mapping[str, float]) -> list[Repointed]:
    """Return the cells whose maximum score differs from `before` and that have scores."""
    if not before:
        return []
    found = []
    with opened(course) as gradebook:
        cells = _cells(gradebook, problem_set)
        # The automatic score of a written question is the 0 of an empty answer, and remains 0.
        written = {item.name for item in cells[0].notebook.solution_cells} if cells else set()
        for cell in cells:
            if before.get(cell.name, cell.max_score) == cell.max_score:
                continue
            automatic: list[str] = []
            gone: list[str] = []
            by_hand: dict[str, float] = {}
            for grade in gradebook.db.query(Grade).filter(Grade.cell_id == cell.id):
                student = grade.student.id
                if grade.manual_score is not None:
                    by_hand[student] = grade.manual_score
                elif grade.auto_score is not None and cell.name not in written:
                    there = (root / nbgrader.SUBMITTED / student / problem_set).is_dir()
                    (automatic if there else gone).append(student)
            if automatic or gone or by_hand:
                found.append(
                    Repointed(
                        problem_set,
                        cell.name,
                        before[cell.name],
                        cell.max_score,
                        sorted(automatic),
                        sorted(gone),
                        by_hand,
                    )
                )
    return found


def _cells(gradebook: Gradebook, problem_set: str) -> list[GradeCell]:
    try:
        return list(gradebook.find_notebook(problem_set, problem_set).grade_cells)
    except MissingEntry:
        return []
