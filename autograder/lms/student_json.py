"""What the JSON of a student tells of one submission: what the feedback page shows, and nothing that is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.course.release import ReleasedExercise
from autograder.model.grades import Grades, with_grades
from autograder.model.verdict import ExerciseVerdict, Verdict


def exercises(verdict: Verdict, grades: Grades | None, released: Sequence[ReleasedExercise]) -> list[dict[str, Any]]:
    """The exercises, with the points that the gradebook holds and the comments on their code.

    Args:
        verdict: what the checks found.
        grades: what the gradebook holds; None where that is nothing.
        released: the exercises of the release; empty where there is none.
    """
    examples = {exercise.name: exercise.examples_id for exercise in released}
    solutions = {exercise.name: exercise.solution_id for exercise in released}
    comments = grades.comments if grades else {}
    return [
        _exercise(exercise, before.points, comments.get(solutions.get(exercise.name, ""), ""))
        for before, exercise in zip(verdict.exercises, with_grades(verdict, grades, examples).exercises, strict=True)
    ]


def by_hand(grades: Grades, released: Sequence[ReleasedExercise]) -> list[dict[str, Any]]:
    """The cells that are graded by hand alone; `points` is None where nobody has yet."""
    examples = {exercise.examples_id for exercise in released}
    return [
        {
            "cell": grade_id,
            "points": None if cell.waiting else cell.points,
            "max_points": cell.max_points,
            "extra_credit": cell.extra_credit,
            "comment": grades.comments.get(grade_id, ""),
        }
        for grade_id, cell in grades.cells.items()
        if grade_id not in examples
    ]


def _exercise(exercise: ExerciseVerdict, by_checks: float, comment: str) -> dict[str, Any]:
    """Neither the names of checks nor those of misconceptions."""
    return {
        "name": exercise.name,
        "status": exercise.status,
        "points": exercise.points,
        "points_of_checks": by_checks,
        "max_points": exercise.max_points,
        "note": exercise.note,
        "hint": exercise.hint,
        "comment": comment,
        "checks": [
            {
                "sentence": check.sentence,
                "passed": check.passed,
                "counted": check.counted,
                "points": check.points,
                "max_points": check.max_points,
                "reason": check.reason,
            }
            for check in exercise.checks
        ],
    }
