"""The input of grading: the code cells and exercises of one repaired submission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from autograder.notebook import vocabulary
from autograder.notebook.vocabulary import Vocabulary

from .verdict import ExerciseResult, Quality

if TYPE_CHECKING:  # not needed by workers, as in `limits`
    from autograder.course.release import Release
    from autograder.course.repair import Repaired


class CodeCell(msgspec.Struct, frozen=True):
    """One code cell; `number` is its position among all cells of the notebook, counted from 1.

    `setup` tells whether it is a locked cell of the release without examples.
    """

    number: int
    source: str
    setup: bool = False


class Exercise(msgspec.Struct, frozen=True):
    """One exercise, as the release defines it.

    `replaced` maps names of earlier exercises to the torch functions that replace them. `also` and `without` are added
    to and removed from the basic vocabulary. `others` are the exercises that this one may call; their own calls are
    checked when they are graded.
    """

    name: str
    replaced: dict[str, str]
    graded_at: int | None
    """Number of the cell before which the exercise's value is taken; None for after the last cell."""
    also: list[str] = []
    without: list[str] = []
    others: list[str] = []
    at_cell: bool = False
    """Whether it is a cell of tests: its checks use the notebook's names as they are at that cell, and its own name
    binds nothing."""

    @property
    def elsewhere(self) -> list[str]:
        """Return the names whose definitions do not count for the vocabulary: other exercises and replaced names."""
        return [*self.others, *self.replaced]

    @property
    def vocabulary(self) -> Vocabulary:
        """Return the functions that the exercise may call."""
        return vocabulary.of(self.also, self.without)


class Submission(msgspec.Struct, frozen=True):
    """One student's repaired notebook of one problem set; `repairs` describes the repairs."""

    problem_set: str
    cells: list[CodeCell]
    exercises: list[Exercise]
    repairs: list[str]
    stale_hints: list[ExerciseResult] = []
    """Cached results whose hints alone are out of date; their checks are not run again."""
    known: dict[str, Quality] = {}
    """Quality of the exercises that are not graded again, by name."""


def to_submission(repaired: Repaired, release: Release, repairs: Sequence[str] = ()) -> Submission:
    """Return the grader's input for a repaired notebook."""
    exercises = []
    for exercise in release.exercises:
        solution, examples = repaired.place(exercise.solution_id), repaired.place(exercise.examples_id)
        in_order = exercise.at_cell or (solution is not None and examples is not None and solution < examples)
        exercises.append(
            Exercise(
                exercise.name,
                dict(exercise.replaced),
                examples if in_order else None,
                list(exercise.also),
                list(exercise.without),
                list(exercise.others),
                exercise.at_cell,
            )
        )
    shown = {exercise.examples_id for exercise in release.exercises}
    setup = {name for name, cell in release.cells.items() if cell.locked and name not in shown}
    cells = [
        CodeCell(number, cell.source, cell.grade_id in setup)
        for number, cell in enumerate(repaired.cells, 1)
        if cell.kind == "code"
    ]
    return Submission(release.problem_set, cells, exercises, [*repairs, *repaired.repairs])
