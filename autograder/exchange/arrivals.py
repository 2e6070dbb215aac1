"""The state of watch-exchange between rounds, stored in verdicts/arrivals.json."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

import msgspec

from autograder.course.config import Course
from autograder.results import folders


class Arrivals(msgspec.Struct):
    """The state of one course; a submission is named "problem set/student"."""

    day: str = ""
    gradings: dict[str, int] = {}
    """The number of times each submission was graded on this day."""
    deferred: dict[str, str] = {}
    """By submission, the timestamp of the attempt that will be graded tomorrow."""
    refused: dict[str, str] = {}
    """By submission, the timestamp of an attempt that could not be graded; only a newer one is tried."""
    begun: list[str] = []
    """Submissions that are being graded, or were when the watch crashed."""
    unreleased: list[str] = []
    """Graded submissions whose feedback has not been released yet."""
    left: dict[str, list[str]] = {}
    """By problem set, a line for each submission that was left in the exchange in the last round."""
    reported: list[str] = []
    """Lines about the exchange that have been printed, and are not printed again."""

    def begin(self, day: str) -> None:
        """Reset the counts of the day if `day` is a new one."""
        if day != self.day:
            self.day, self.gradings, self.deferred = day, {}, {}


def of(root: Path) -> Arrivals:
    """Return the stored state; an empty one if there is none in this version's format."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(_path(root).read_bytes(), type=Arrivals)
    return Arrivals()


def keep(root: Path, arrivals: Arrivals) -> None:
    """Store the state.

    Raises:
        AutograderError: it cannot be written.
    """
    folders.write(_path(root), msgspec.json.format(msgspec.json.encode(arrivals), indent=1))


def waiting_for_tomorrow(root: Path, course: Course, problem_set: str) -> list[str]:
    """Return the students whose newest submission waits for tomorrow, since their daily gradings are used up."""
    known = of(root)
    names = known.deferred if known.day == today(course) else ()
    return sorted(name.partition("/")[2] for name in names if name.partition("/")[0] == problem_set)


def left_in_exchange(root: Path, problem_set: str) -> list[str]:
    """Return a line for each submission that the last round of the watch could not collect."""
    return of(root).left.get(problem_set, [])


def today(course: Course) -> str:
    """Return the current date in the course's time zone, such as 2026-10-01."""
    return f"{datetime.now(course.clock):%Y-%m-%d}"


def _path(root: Path) -> Path:
    return root / "verdicts" / "arrivals.json"
