"""The state of watch-exchange between rounds, in verdicts/arrivals.json."""

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
    """How often each was graded on this day."""
    deferred: dict[str, str] = {}
    """By submission, the timestamp of what is graded tomorrow."""
    refused: dict[str, str] = {}
    """By submission, the timestamp of what could not be graded; it is not tried again before another one arrives."""
    begun: list[str] = []
    """Submissions that are being graded; after a crash, that were."""
    unreleased: list[str] = []
    """Graded submissions whose feedback is not released yet."""
    left: dict[str, list[str]] = {}
    """By problem set, a line for each hand-in that is left in the exchange, as of the last round."""
    reported: list[str] = []
    """Lines on the exchange that were printed before, and are not printed again."""

    def begin(self, day: str) -> None:
        """Begin a new day where it is one."""
        if day != self.day:
            self.day, self.gradings, self.deferred = day, {}, {}


def of(root: Path) -> Arrivals:
    """The state that was kept; an empty one where there is none of this version."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(_path(root).read_bytes(), type=Arrivals)
    return Arrivals()


def keep(root: Path, arrivals: Arrivals) -> None:
    """Write the state.

    Raises:
        AutograderError: it cannot be written.
    """
    folders.write(_path(root), msgspec.json.format(msgspec.json.encode(arrivals), indent=1))


def waiting_for_tomorrow(root: Path, course: Course, problem_set: str) -> list[str]:
    """Students who handed in more often than is graded in a day."""
    known = of(root)
    names = known.deferred if known.day == today(course) else ()
    return sorted(name.partition("/")[2] for name in names if name.partition("/")[0] == problem_set)


def left_in_exchange(root: Path, problem_set: str) -> list[str]:
    """A line for each hand-in that the last round of the watch could not take."""
    return of(root).left.get(problem_set, [])


def today(course: Course) -> str:
    """The day, by the course's clock."""
    return f"{datetime.now(course.clock):%Y-%m-%d}"


def _path(root: Path) -> Path:
    return root / "verdicts" / "arrivals.json"
