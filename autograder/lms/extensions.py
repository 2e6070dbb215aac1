"""Gives students more time, in nbgrader's gradebook; a misspelt name is refused before it becomes a student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from autograder.course import clock, config, nbgrader
from autograder.errors import AutograderError
from autograder.gradebook.connection import opened
from autograder.gradebook.late import set_due, settle
from autograder.grading.intake import is_student

from . import roster


@dataclass(frozen=True)
class Extended:
    """A student's new deadline, in the course's time zone, and what is taken off a submission that is there."""

    deadline: datetime
    penalty: float | None


def extend(root: Path, student: str, problem_set: str, extra: timedelta, hours: float = 0) -> Extended:
    """Give a student more time; it takes the place of an earlier extension, and nothing ends one.

    Args:
        root: the course's folder.
        student: nbgrader's student id.
        problem_set: which.
        extra: on top of the deadline of course.yml; days are of the course's calendar, with the same time of day.
        hours: on top of that, by any clock.

    Raises:
        AutograderError: naming what is not known.
    """
    course = config.load(root)
    config.chosen(course, [problem_set])
    due = course.due_of(problem_set)
    if due is None:
        raise AutograderError(f"course.yml: problem_sets.{problem_set}: has no due date to extend; add due:")
    deadline = clock.later(due, extra, course.clock, hours)
    extension = deadline.astimezone(UTC) - due.astimezone(UTC)
    with opened(root, course) as gradebook:
        try:
            set_due(gradebook, problem_set, due)
        except MissingEntry:
            raise AutograderError(
                f"{problem_set}: not in the gradebook yet; run: autograder build {problem_set}"
            ) from None
        _known(root, gradebook, student)
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(problem_set, student, extension=extension or None)
        settle(course, gradebook, student)
        gradebook.db.commit()
        taken = [item.late_submission_penalty for item in submission.notebooks if item.late_submission_penalty]
        return Extended(deadline, sum(taken) if taken else None)


def _known(root: Path, gradebook: Gradebook, student: str) -> None:
    """A misspelt name must not become a student."""
    people = roster.of_course(root, None)
    handed_in = is_student(student) and (root / nbgrader.SUBMITTED / student).is_dir()
    if handed_in or (people and student in people.people):
        return
    try:
        gradebook.find_student(student)
    except MissingEntry:
        if alike := people and people.listed(student):
            raise AutograderError(
                f"{student}: no such student; give the id as it is in {roster.FILE}: {alike.id}"
            ) from None
        raise AutograderError(
            f"{student}: no such student in the gradebook, in {roster.FILE} or in {nbgrader.SUBMITTED}/;"
            f" check the name, or give a new student a line in {roster.FILE}"
        ) from None
