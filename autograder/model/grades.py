"""What the gradebook holds of one submission: points of the checks and by hand, comments, the late penalty."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from .verdict import Verdict


class CellGrade(msgspec.Struct, frozen=True):
    """The grade of one cell; `points` are nbgrader's score of it, extra credit included."""

    points: float
    max_points: float
    by_hand: float | None = None
    """What somebody gave by hand, which takes the place of what the checks gave."""
    extra_credit: float = 0
    waiting: bool = False
    """Whether it has no score yet, of the checks or by hand."""


class Grades(msgspec.Struct, frozen=True):
    """The grades of a submission's cells and the comments on them, by nbgrader's grade id."""

    cells: dict[str, CellGrade]
    comments: dict[str, str]
    late_penalty: float = 0

    @property
    def points(self) -> float:
        """The score: after the late penalty, never below 0, as in every export."""
        return max(0.0, sum(cell.points for cell in self.cells.values()) - self.late_penalty)

    @property
    def max_points(self) -> float:
        """What all cells are worth."""
        return sum(cell.max_points for cell in self.cells.values())

    @property
    def waiting(self) -> bool:
        """Whether a cell has no score yet."""
        return any(cell.waiting for cell in self.cells.values())


def with_grades(verdict: Verdict, grades: Grades | None, examples: Mapping[str, str]) -> Verdict:
    """The verdict with the points of the gradebook where somebody gave an exercise others than the checks.

    Args:
        verdict: what the checks found.
        grades: what the gradebook holds; None changes nothing.
        examples: by exercise, the grade id of its examples cell, which holds its points.
    """
    if grades is None:
        return verdict
    exercises = []
    for exercise in verdict.exercises:
        cell = grades.cells.get(examples.get(exercise.name, ""))
        changed = cell is not None and (cell.by_hand is not None or cell.extra_credit)
        exercises.append(replace(exercise, points=cell.points) if cell and changed else exercise)
    return replace(verdict, exercises=exercises)
