"""The grades of a submission in the gradebook: scores of checks and by hand, comments, and the late penalty."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from .verdict import Verdict


class CellGrade(msgspec.Struct, frozen=True):
    """The grade of one cell; `points` is nbgrader's score, which includes extra credit, and that the bonus points."""

    points: float
    max_points: float
    by_hand: float | None = None
    """The score given by hand, which replaces the score of the checks."""
    extra_credit: float = 0
    waiting: bool = False
    """Whether it has no score yet, neither automatic nor by hand."""


class Grades(msgspec.Struct, frozen=True):
    """The grades of a submission's cells and the comments on them, by nbgrader's grade id."""

    cells: dict[str, CellGrade]
    comments: dict[str, str]
    late_penalty: float = 0

    @property
    def points(self) -> float:
        """Return the score after the late penalty, never below 0, as in every export."""
        return max(0.0, sum(cell.points for cell in self.cells.values()) - self.late_penalty)

    @property
    def max_points(self) -> float:
        """Return the maximum score of all cells."""
        return sum(cell.max_points for cell in self.cells.values())

    @property
    def waiting(self) -> bool:
        """Return whether a cell has no score yet."""
        return any(cell.waiting for cell in self.cells.values())


def with_grades(verdict: Verdict, grades: Grades | None, examples: Mapping[str, str]) -> Verdict:
    """Return the verdict with the gradebook's points for exercises with points by hand or extra credit.

    The extra credit pays for the bonus points first; what is beyond is a person's, and counts as points.

    Args:
        verdict: the verdict of the checks.
        grades: the grades in the gradebook; None changes nothing.
        examples: by exercise, the grade id of its examples cell, which holds its points.
    """
    if grades is None:
        return verdict
    exercises = []
    for exercise in verdict.exercises:
        cell = grades.cells.get(examples.get(exercise.name, ""))
        changed = cell is not None and (cell.by_hand is not None or cell.extra_credit or exercise.bonus)
        if cell and changed:
            bonus = min(exercise.bonus, cell.extra_credit)
            exercise = replace(exercise, points=cell.points - bonus, bonus=bonus)
        exercises.append(exercise)
    return replace(verdict, exercises=exercises, bonus=sum(exercise.bonus for exercise in exercises))
