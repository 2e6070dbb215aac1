"""Reports the status of each problem set: submissions graded, changed, refused, late, or to be graded by hand."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from pathlib import Path

import msgspec

from autograder.course import config, nbgrader
from autograder.course.config import Course
from autograder.errors import AutograderError
from autograder.exchange import arrivals
from autograder.gradebook import connection, late
from autograder.gradebook.connection import opened
from autograder.grading.intake import find
from autograder.grading.setup import setup_of
from autograder.lms import roster
from autograder.lms.export import CsvExport
from autograder.results import freshness, overlooked
from autograder.results.freshness import State


class SetStatus(msgspec.Struct, frozen=True):
    """The students of one problem set, by status; `refused` holds the reason for each as one line."""

    problem_set: str
    due: str
    graded: list[str]
    changed: list[str]
    not_graded: list[str]
    refused: dict[str, str]
    by_hand: list[str]
    late: list[str]
    missing: list[str]
    """Students in the roster without a submission."""
    tomorrow: list[str]
    """Students whose newest submission waits for tomorrow, since watch-exchange has used up their daily gradings."""
    exchange: list[str]
    """A line for each submission that was left in nbgrader's exchange."""
    overlooked: list[str]
    """A line for each file in submitted/ that is ignored or misread."""
    not_in_roster: list[str]
    """A line for each student whose id is not in the roster, or only in another form."""

    @property
    def groups(self) -> tuple[Sized, ...]:
        """Return the groups graded, changed, not graded, refused, to be graded by hand, and late."""
        return self.graded, self.changed, self.not_graded, self.refused, self.by_hand, self.late

    @property
    def submitted(self) -> int:
        """Return the number of students with a submission."""
        return len(self.graded) + len(self.changed) + len(self.not_graded) + len(self.refused)


def status(root: Path, problem_sets: Sequence[str] | None = None) -> list[SetStatus]:
    """Return the status of the problem sets (all by default); nothing is written.

    Raises:
        AutograderError: course, release or gradebook cannot be read.
    """
    course = config.load(root)
    names = config.chosen(course, problem_sets)
    known = freshness.of_course(root, course)
    people = roster.of_course(root, None)
    by_hand = _by_hand(root, course)
    found = []
    for name in names:
        setup = setup_of(root, course, name)
        states: dict[State, list[str]] = {"graded": [], "changed": [], "not graded": []}
        refused: dict[str, str] = {}
        handed_in = list(find(root / nbgrader.SUBMITTED, [name]))
        for one in handed_in:
            try:
                states[known.state(setup, setup.prepare(one))].append(one.student)
            except AutograderError as error:
                refused[one.student] = str(error)
        here = {student for some in states.values() for student in some} | refused.keys()
        due = course.due_of(name)
        found.append(
            SetStatus(
                name,
                f"{due:%Y-%m-%d %H:%M}" if due else "",
                states["graded"],
                states["changed"],
                states["not graded"],
                refused,
                by_hand.get(name, []),
                sorted(item.student for item in late.handed_in_late(course, name)) if handed_in else [],
                people.missing(here) if people else [],
                [who for who in arrivals.waiting_for_tomorrow(root, course, name) if who not in states["graded"]],
                arrivals.left_in_exchange(root, name),
                overlooked.lines(root / nbgrader.SUBMITTED, course, [name]),
                people.not_in_roster(here) if people else [],
            )
        )
    return found


def _by_hand(root: Path, course: Course) -> dict[str, list[str]]:
    """Return the students who wait for a grade by hand, by problem set."""
    if not connection.exists(course):
        return {}
    with opened(course) as gradebook:
        scores = CsvExport(root=str(root)).scores(gradebook)
    waiting: dict[str, list[str]] = {}
    for score in scores:
        if score.needs_manual_grade:
            waiting.setdefault(score.problem_set, []).append(score.student)
    return waiting
