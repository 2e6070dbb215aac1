"""Submissions that the audit makes from the course's own material, each with its test."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from msgspec.structs import replace

from autograder.authoring import Misconception
from autograder.course.release import Release
from autograder.course.repair import repair
from autograder.jail.inside import wire
from autograder.language.staff import for_staff
from autograder.model.submission import Submission, to_submission
from autograder.model.verdict import ExerciseVerdict, Graded
from autograder.notebook.reading import parse

from . import made


@dataclass(frozen=True)
class Case:
    """A generated submission and its test; `exercise` is the exercise under test, or empty for all."""

    exercise: str
    submission: Submission
    judge: Callable[[Case, Graded], Iterator[str]]
    misconception: Misconception | None = None
    call: str = ""
    manner: str = ""
    """A description of what a cheap answer does."""
    changed: bool = True
    """Whether the grader tries small changes on it, as on a student's submission."""

    def verdicts(self, graded: Graded) -> list[ExerciseVerdict]:
        """Return the verdicts of the exercises under test."""
        return [item for item in graded.verdict.exercises if self.exercise in ("", item.name)]

    def examples_fail(self, exercise: str, graded: Graded) -> bool:
        """Return whether the exercise's visible examples raised an exception."""
        place = next(item.graded_at for item in self.submission.exercises if item.name == exercise)
        return any(isinstance(output, wire.Error) for output in graded.outputs.get(place or 0, []))


def failures(item: ExerciseVerdict, what: str) -> Iterator[str]:
    """Yield why an answer that should be right, called `what`, is not graded or fails a check."""
    if item.status != "graded":
        yield for_staff("{what} is {status}: {why}", what=what, status=for_staff(item.status), why=item.note)
    for check in item.checks:
        if not check.passed:
            yield for_staff("{what} fails {check}: {why}", what=what, check=check.name, why=check.reason)


def submission_of(release: Release, written: dict[str, str]) -> Submission:
    """Return the release as a submission, with the stubs replaced by `written`, code by exercise."""
    cells = parse(json.dumps(made.notebook(release, written)).encode(), release.problem_set)
    return to_submission(repair(cells, release), release)


def without(left_out: AbstractSet[str], submission: Submission) -> Submission:
    """Return the submission without some exercises."""
    return replace(submission, exercises=[item for item in submission.exercises if item.name not in left_out])


def restricted(exercises: Collection[str], submission: Submission) -> Submission:
    """Return the submission with some exercises only, and the cells up to the last of their visible examples."""
    mine = [item for item in submission.exercises if item.name in exercises]
    last = max(item.graded_at or len(submission.cells) for item in mine)
    cells = [cell for cell in submission.cells if cell.number <= last]
    return replace(submission, cells=cells, exercises=mine)
