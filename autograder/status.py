"""How far each problem set is: what is handed in, graded, changed since, refused, late, or waits for a hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from autograder import grade
from autograder.course import config, nbgrader, release
from autograder.course.config import Course
from autograder.course.release import Release
from autograder.errors import AutograderError
from autograder.exchange import arrivals
from autograder.gradebook import late, roster
from autograder.gradebook.connection import opened
from autograder.grading.cache_keys import CacheKeys
from autograder.grading.intake import HandedIn, Prepared, find, prepare
from autograder.lms.export import CsvExport
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.model.verdict import Verdict
from autograder.results import folders
from autograder.results.store import Store

Standing = Literal["graded", "changed", "not graded"]
"""Whether the results of a submission are those of what stands there now, of something before, or not there."""


class SetStatus(msgspec.Struct, frozen=True):
    """One problem set: its students by how far they are; `refused` holds the line that says why."""

    problem_set: str
    due: str
    graded: list[str]
    changed: list[str]
    not_graded: list[str]
    refused: dict[str, str]
    by_hand: list[str]
    late: list[str]
    missing: list[str]
    """Students of the roster of whom nothing is there."""
    tomorrow: list[str]
    """Students of whom watch-exchange graded enough today."""

    @property
    def groups(self) -> tuple[Sized, ...]:
        """Graded, changed, not graded, refused, to be graded by hand, late."""
        return self.graded, self.changed, self.not_graded, self.refused, self.by_hand, self.late

    @property
    def submitted(self) -> int:
        """How many handed something in."""
        return len(self.graded) + len(self.changed) + len(self.not_graded) + len(self.refused)


def status(root: Path, problem_sets: Sequence[str] | None = None) -> list[SetStatus]:
    """How far the problem sets are (all by default); nothing is written.

    Raises:
        AutograderError: course, release or gradebook cannot be read.
    """
    course = config.load(root)
    names = config.chosen(course, problem_sets)
    recorded = _recorded(root)
    people = roster.of_course(root, None)
    by_hand = _by_hand(root, course)
    found = []
    for name in names:
        ours = release.load(root, name)
        states: dict[Standing, list[str]] = {"graded": [], "changed": [], "not graded": []}
        refused: dict[str, str] = {}
        handed_in = list(find(root / nbgrader.SUBMITTED, [name]))
        looking = _Looking(root, course, ours, recorded)
        for one in handed_in:
            try:
                states[looking.at(looking.prepared(one))].append(one.student)
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
                sorted(item.student for item in late.handed_in_late(root, course, name)) if handed_in else [],
                sorted(people.people.keys() - here) if people else [],
                arrivals.waiting_for_tomorrow(root, course, name),
            )
        )
    return found


def submission(root: Path, student: str, problem_set: str) -> tuple[Prepared, Release, Standing]:
    """One student's submission as it stands there now, its release, and whether its results are of it.

    Raises:
        AutograderError: there is none, or it cannot be read.
    """
    course = config.load(root)
    config.chosen(course, [problem_set])
    ours = release.load(root, problem_set)
    folder = root / nbgrader.SUBMITTED / student / problem_set
    if not folder.is_dir():
        raise AutograderError(f"{folder}: no such folder; autograder status {problem_set} --json lists the students")
    looking = _Looking(root, course, ours, _recorded(root))
    item = looking.prepared(HandedIn(student, problem_set, folder))
    return item, ours, looking.at(item)


def verdict(root: Path, student: str, problem_set: str) -> Verdict | None:
    """The verdict that stands there, if there is one of this version."""
    try:
        return folders.read_verdict(root, student, problem_set)
    except (OSError, msgspec.MsgspecError):
        return None


class _Looking:
    """What tells of one problem set's submissions whether their results are up to date."""

    def __init__(self, root: Path, course: Course, ours: Release, recorded: Mapping[tuple[str, str], bytes]) -> None:
        self.root, self.release, self.recorded = root, ours, recorded
        self.limits = course.limits_of(ours.problem_set)

    @cached_property
    def around(self) -> list[bytes]:
        """Of a submission graded in a jail, and of one graded without: both are results."""
        name, session_limits = self.release.problem_set, session_limits_of(self.limits)
        keys = [
            CacheKeys(self.root, name, session_limits, sandbox_limits_of(self.limits, jail)) for jail in (True, False)
        ]
        return [grade.around(self.root, known, self.release) for known in keys]

    def prepared(self, handed_in: HandedIn) -> Prepared:
        return prepare(handed_in, self.release, self.limits.notebook_mb << 20)

    def at(self, item: Prepared) -> Standing:
        student, name = item.handed_in.student, item.handed_in.problem_set
        known = self.recorded.get((name, student))
        if known is None or not folders.verdict(self.root, student, name).is_file():
            return "not graded"
        return "graded" if known in [grade.state(around, item) for around in self.around] else "changed"


def _recorded(root: Path) -> dict[tuple[str, str], bytes]:
    path = folders.store(root)
    if not path.is_file():  # looking must not make one
        return {}
    with Store(path) as store:
        return store.recorded()


def _by_hand(root: Path, course: Course) -> dict[str, list[str]]:
    """Who waits for a grade by hand, by problem set."""
    if not late.exists(root, course):
        return {}
    with opened(root, course) as gradebook:
        scores = CsvExport(root=str(root)).scores(gradebook)
    waiting: dict[str, list[str]] = {}
    for score in scores:
        if score.needs_manual_grade:
            waiting.setdefault(score.problem_set, []).append(score.person.id)
    return waiting
