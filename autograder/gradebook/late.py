"""Penalties for late submissions: course.yml's late policy, with nbgrader's timestamps and extensions.

A submission's lateness is the time between its deadline, with extension, and its timestamp, as in nbgrader. Days are
counted from the end of the grace period, in the course's time zone, and a day that has begun counts in full. Late days
are used in the order of submission.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from autograder.course.clock import days_begun
from autograder.course.config import Course

from . import connection
from .connection import opened
from .locking import hold_student


def penalty(
    course: Course, gradebook: Gradebook, student: str, problem_set: str, submission: SubmittedAssignment, score: float
) -> float | None:
    """Return the penalty of a submission in points; None if there is none.

    Args:
        course: the course, with its late policy.
        gradebook: the gradebook, with the student's other submissions, which may have used late days.
        student: nbgrader's student id.
        problem_set: the name of nbgrader's assignment.
        submission: the submission's row.
        score: the score in points, before deductions.
    """
    if problem_set not in course.problem_sets:
        return None
    policy = course.late_of(problem_set)
    days = _days(course, submission)
    if not days or policy.per_day is None:
        return None
    days -= _days_used(course, gradebook, student, submission, days)
    off = days * policy.per_day.points(score)
    if policy.cap is not None:
        off = min(off, policy.cap.points(score))
    return min(round(off, 2), score) or None


def _days(course: Course, submission: SubmittedAssignment) -> int:
    """Return the number of days begun after deadline and grace period."""
    if submission.assignment.duedate is None or submission.name not in course.problem_sets:
        return 0
    if not submission.timestamp:
        return 0
    moment = submission.timestamp.replace(tzinfo=UTC)
    grace = timedelta(minutes=course.late_of(submission.name).grace_minutes)
    deadline = moment - timedelta(seconds=submission.total_seconds_late) + grace
    return days_begun(deadline, moment, course.clock)


def _days_used(course: Course, gradebook: Gradebook, student: str, submission: SubmittedAssignment, days: int) -> int:
    """Return how many late days the student uses for a submission that is `days` late."""
    left = course.late.late_days
    if left:
        for other in _submissions(gradebook, student):
            if other is submission:
                break
            if other.timestamp and other.name in course.problem_sets and course.late_of(other.name).per_day:
                left -= min(left, _days(course, other))
    return min(left, days)


def _submissions(gradebook: Gradebook, student: str) -> list[SubmittedAssignment]:
    """Return the student's submissions, in the order of submission."""
    rows = gradebook.db.query(SubmittedAssignment).filter(SubmittedAssignment.student_id == student).all()
    return sorted(rows, key=lambda row: (row.timestamp or datetime.min, row.name))


def settle(course: Course, gradebook: Gradebook, student: str, problem_set: str | None = None) -> None:
    """Write a student's penalties into the gradebook's rows; the caller commits.

    Args:
        course: the course, with its late policy.
        gradebook: the gradebook, whose rows may hold uncommitted scores.
        student: nbgrader's student id.
        problem_set: the only problem set to update; ignored if the course has late days, which span problem sets.
    """
    # With the lock, earlier writes of other processes are seen here, and later ones wait and see these.
    hold_student(gradebook.db, student)
    gradebook.db.flush()
    gradebook.db.expire_all()
    only = problem_set if not course.late.late_days else None
    for submission in _submissions(gradebook, student):
        if only is None or submission.name == only:
            for notebook in submission.notebooks:
                notebook.late_submission_penalty = penalty(
                    course, gradebook, student, submission.name, submission, _score(notebook)
                )


def _score(notebook: Any) -> float:
    """Return nbgrader's score of a notebook, from the rows in memory."""
    total = 0.0
    for grade in notebook.grades:
        given = grade.auto_score if grade.manual_score is None else grade.manual_score
        total += (given or 0) + (grade.extra_credit or 0)
    return total


def set_due(gradebook: Gradebook, problem_set: str, due: datetime | None) -> None:
    """Write a deadline into nbgrader's gradebook if it differs.

    Raises:
        MissingEntry: the problem set is not in the gradebook yet.
    """
    known = gradebook.find_assignment(problem_set).duedate
    if known != (due.astimezone(UTC).replace(tzinfo=None) if due else None):
        gradebook.update_or_create_assignment(problem_set, duedate=due)


def extensions(course: Course, problem_set: str) -> dict[str, timedelta]:
    """Return the extensions of a problem set, by student."""
    if not connection.exists(course):
        return {}
    with opened(course) as gradebook:
        try:
            rows = gradebook.find_assignment(problem_set).submissions
        except MissingEntry:
            return {}
        return {row.student_id: row.extension for row in rows if row.extension}


@dataclass(frozen=True)
class HandedInLate:
    """A submission after its deadline with extension, by nbgrader's timestamp; `submitted` is in UTC."""

    student: str
    submitted: datetime
    late: timedelta
    extension: timedelta
    penalty: float


def handed_in_late(course: Course, problem_set: str) -> list[HandedInLate]:
    """Return the late submissions of a problem set; empty if it is not in the gradebook."""
    if not connection.exists(course):
        return []
    with opened(course) as gradebook:
        try:
            rows = gradebook.find_assignment(problem_set).submissions
        except MissingEntry:
            return []
        found = []
        for row in rows:
            if row.timestamp and row.total_seconds_late > 0:
                taken = sum(item.late_submission_penalty or 0 for item in row.notebooks)
                late = timedelta(seconds=row.total_seconds_late)
                found.append(HandedInLate(row.student_id, row.timestamp, late, row.extension or timedelta(), taken))
        return found
