"""Extends students' deadlines in nbgrader's gradebook; a misspelt name is refused, since it would create a student."""

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
    """A student's new deadline, in the course's time zone, and the penalty in points of an existing submission."""

    deadline: datetime
    penalty: float | None


def extend(root: Path, student: str, problem_set: str, extra: timedelta, hours: float = 0) -> Extended:
    """Extend a student's deadline, replacing an earlier extension; extensions do not expire.

    Args:
        root: the course's folder.
        student: nbgrader's student id.
        problem_set: the problem set's name.
        extra: time added to the deadline of course.yml, in calendar days of the course's time zone.
        hours: elapsed hours added to that.

    Raises:
        AutograderError: the problem set or student is not known, or there is no due date.
    """
    course = config.load(root)
    config.chosen(course, [problem_set])
    due = course.due_of(problem_set)
    if due is None:
        raise AutograderError(
            "course.yml: problem_sets.{problem_set}: has no due date to extend; add due:", problem_set=problem_set
        )
    deadline = clock.later(due, extra, course.clock, hours)
    extension = deadline.astimezone(UTC) - due.astimezone(UTC)
    with opened(course) as gradebook:
        try:
            set_due(gradebook, problem_set, due)
        except MissingEntry:
            raise AutograderError(
                "{problem_set}: not in the gradebook yet; run: autograder build {problem_set}", problem_set=problem_set
            ) from None
        _known(root, gradebook, student)
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(problem_set, student, extension=extension or None)
        settle(course, gradebook, student)
        gradebook.db.commit()
        taken = [item.late_submission_penalty for item in submission.notebooks if item.late_submission_penalty]
        return Extended(deadline, sum(taken) if taken else None)


def _known(root: Path, gradebook: Gradebook, student: str) -> None:
    """Raise an AutograderError if the student is not known: a misspelt name must not create a student."""
    people = roster.of_course(root, None)
    handed_in = is_student(student) and (root / nbgrader.SUBMITTED / student).is_dir()
    if handed_in or (people and student in people.people):
        return
    try:
        gradebook.find_student(student)
    except MissingEntry:
        if alike := people and people.find_by_id(student):
            raise AutograderError(
                "{student}: no such student; give the id as it is in {file}: {other}",
                student=student,
                file=roster.FILE,
                other=alike.id,
            ) from None
        raise AutograderError(
            "{student}: no such student in the gradebook, in {file} or in {folder}/; check the name, or give"
            " a new student a line in {file}",
            student=student,
            file=roster.FILE,
            folder=nbgrader.SUBMITTED,
        ) from None
