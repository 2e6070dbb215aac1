"""What handing in late costs: course.yml's late policy, by nbgrader's clock, with its extensions.

A submission is late by the seconds between its timestamp and its deadline with extension, as nbgrader counts them. Days
are counted from the end of the grace period, each as it begins by the course's clock. Late days are spent in the order
of handing in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from autograder.course.clock import days_begun
from autograder.course.config import Course

from . import connection
from .connection import opened
from .locking import hold_student


def penalty(
    course: Course, gradebook: Gradebook, student: str, problem_set: str, submission: SubmittedAssignment, score: float
) -> float | None:
    """What is taken off a submission; None where nothing is.

    Args:
        course: for its late policy.
        gradebook: with the student's other submissions, which may have spent late days.
        student: nbgrader's student id.
        problem_set: nbgrader's assignment.
        submission: its row.
        score: in points, before anything is taken off.
    """
    if problem_set not in course.problem_sets:
        return None
    policy = course.late_of(problem_set)
    days = _days(course, submission)
    if not days or policy.per_day is None:
        return None
    days -= _spent(course, gradebook, student, submission, days)
    off = days * policy.per_day.points(score)
    if policy.cap is not None:
        off = min(off, policy.cap.points(score))
    return min(round(off, 2), score) or None


def _days(course: Course, submission: SubmittedAssignment) -> int:
    """Days begun after deadline and grace."""
    if submission.assignment.duedate is None or submission.name not in course.problem_sets:
        return 0
    if not submission.timestamp:
        return 0
    moment = submission.timestamp.replace(tzinfo=UTC)
    grace = timedelta(minutes=course.late_of(submission.name).grace_minutes)
    deadline = moment - timedelta(seconds=submission.total_seconds_late) + grace
    return days_begun(deadline, moment, ZoneInfo(course.timezone))


def _spent(course: Course, gradebook: Gradebook, student: str, submission: SubmittedAssignment, days: int) -> int:
    """How many late days the student spends on a submission that is `days` late."""
    left = course.late.late_days
    if left:
        for other in _submissions(gradebook, student):
            if other is submission:
                break
            if other.timestamp and other.name in course.problem_sets and course.late_of(other.name).per_day:
                left -= min(left, _days(course, other))
    return min(left, days)


def _submissions(gradebook: Gradebook, student: str) -> list[SubmittedAssignment]:
    """The student's submissions, in the order of handing in."""
    rows = gradebook.db.query(SubmittedAssignment).filter(SubmittedAssignment.student_id == student).all()
    return sorted(rows, key=lambda row: (row.timestamp or datetime.min, row.name))


def settle(course: Course, gradebook: Gradebook, student: str, problem_set: str | None = None) -> None:
    """Write a student's penalties into the gradebook's rows; the caller commits.

    Args:
        course: for its late policy.
        gradebook: whose rows may hold scores that are not committed yet.
        student: nbgrader's student id.
        problem_set: only this one, where the course has no late days by which one would bear on another.
    """
    # What others wrote of this student until now counts; what they write next waits, and counts this.
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
    """nbgrader's score of a notebook, from rows as they are in memory."""
    total = 0.0
    for grade in notebook.grades:
        given = grade.auto_score if grade.manual_score is None else grade.manual_score
        total += (given or 0) + (grade.extra_credit or 0)
    return total


def set_due(gradebook: Gradebook, problem_set: str, due: datetime | None) -> None:
    """Write a deadline into nbgrader's gradebook, unless it stands there.

    Raises:
        MissingEntry: the problem set is not there yet.
    """
    known = gradebook.find_assignment(problem_set).duedate
    if known != (due.astimezone(UTC).replace(tzinfo=None) if due else None):
        gradebook.update_or_create_assignment(problem_set, duedate=due)


def extensions(root: Path, course: Course, problem_set: str) -> dict[str, timedelta]:
    """The extensions given for a problem set, by student."""
    if not connection.exists(root, course):
        return {}
    with opened(root, course) as gradebook:
        try:
            rows = gradebook.find_assignment(problem_set).submissions
        except MissingEntry:
            return {}
        return {row.student_id: row.extension for row in rows if row.extension}


@dataclass(frozen=True)
class HandedInLate:
    """A submission after its deadline with extension, by nbgrader's clock; `submitted` is in UTC."""

    student: str
    submitted: datetime
    late: timedelta
    extension: timedelta
    penalty: float


def handed_in_late(root: Path, course: Course, problem_set: str) -> list[HandedInLate]:
    """The late submissions of a problem set; none where the gradebook does not know it."""
    if not connection.exists(root, course):
        return []
    with opened(root, course) as gradebook:
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
