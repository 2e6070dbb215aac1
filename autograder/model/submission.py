"""What is graded: the code cells of one submission, made ready by the intake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from autograder.notebook import vocabulary
from autograder.notebook.vocabulary import Vocabulary

from .verdict import ExerciseResult, Quality

if TYPE_CHECKING:  # as in `limits`
    from autograder.course.release import Release
    from autograder.course.repair import Repaired


class CodeCell(msgspec.Struct, frozen=True):
    """One code cell, by its place among all cells of the notebook (from 1, as students count)."""

    number: int
    source: str


class Exercise(msgspec.Struct, frozen=True):
    """One exercise as the release says: its vocabulary, and which earlier names are replaced by torch's.

    `also` and `without` are what it adds to the basic vocabulary and takes from it; `others` are exercises that it may
    be written with, whose calls are looked at when they are graded themselves.
    """

    name: str
    replaced: dict[str, str]
    graded_at: int | None
    """The number of the cell before which its bindings are kept; None: after the last cell."""
    also: list[str] = []
    without: list[str] = []
    others: list[str] = []

    @property
    def elsewhere(self) -> list[str]:
        """Names whose definitions are no part of it: what those call is looked at in their own turn, or never run."""
        return [*self.others, *self.replaced]

    @property
    def vocabulary(self) -> Vocabulary:
        """What it may call."""
        return vocabulary.of(self.also, self.without)


class Submission(msgspec.Struct, frozen=True):
    """One student's notebook of one problem set, repaired; `repairs` says what was mended."""

    problem_set: str
    cells: list[CodeCell]
    exercises: list[Exercise]
    repairs: list[str]
    stale_hints: list[ExerciseResult] = []
    """Cached results of some of the exercises, whose hints alone are out of date: their checks are not run again."""
    known: dict[str, Quality] = {}
    """Of exercises that are not graded again: how good they were found to be."""


def to_submission(repaired: Repaired, release: Release, repairs: Sequence[str] = ()) -> Submission:
    """What the grader needs of a repaired notebook."""
    exercises = []
    for exercise in release.exercises:
        solution, examples = repaired.place(exercise.solution_id), repaired.place(exercise.examples_id)
        in_order = solution is not None and examples is not None and solution < examples
        exercises.append(
            Exercise(
                exercise.name,
                dict(exercise.replaced),
                examples if in_order else None,
                list(exercise.also),
                list(exercise.without),
                list(exercise.others),
            )
        )
    cells = [CodeCell(number, cell.source) for number, cell in enumerate(repaired.cells, 1) if cell.kind == "code"]
    return Submission(release.problem_set, cells, exercises, [*repairs, *repaired.repairs])
