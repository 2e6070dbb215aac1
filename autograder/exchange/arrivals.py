"""What is kept of submissions as they arrive, in verdicts/arrivals.json: gradings of today, what was told, is left."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from autograder.course import nbgrader
from autograder.course.config import Course
from autograder.grading.intake import find, handed_in_at
from autograder.results import folders


class Arrivals(msgspec.Struct):
    """Of one course; submissions are named problem set/student."""

    day: str = ""
    gradings: dict[str, int] = {}
    """How many of each were graded on this day."""
    deferred: dict[str, str] = {}
    """What is graded tomorrow, with its timestamp."""
    refused: dict[str, str] = {}
    """What could not be graded, with its timestamp: it is not tried again before another one arrives."""
    begun: list[str] = []
    """What is being graded; after a crash, what was."""
    unreleased: list[str] = []
    """What was graded, and whose feedback is still to be handed on."""
    told: list[str] = []
    """Lines on folders of the exchange that were said before."""

    def begin(self, day: str) -> None:
        """Begin a new day where it is one."""
        if day != self.day:
            self.day, self.gradings, self.deferred = day, {}, {}


def of(root: Path) -> Arrivals:
    """What is kept; nothing where there is no such file, or none of this version."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(_path(root).read_bytes(), type=Arrivals)
    return Arrivals()


def keep(root: Path, arrivals: Arrivals) -> None:
    """Write it.

    Raises:
        AutograderError: it cannot be written.
    """
    folders.write(_path(root), msgspec.json.format(msgspec.json.encode(arrivals), indent=1))


def waiting_for_tomorrow(root: Path, course: Course, problem_set: str) -> list[str]:
    """Students who handed in more often than is graded in a day."""
    known = of(root)
    names = known.deferred if known.day == today(course) else ()
    return sorted(name.partition("/")[2] for name in names if name.partition("/")[0] == problem_set)


def today(course: Course) -> str:
    """The day, by the course's clock."""
    return f"{datetime.now(ZoneInfo(course.timezone)):%Y-%m-%d}"


def ungraded(root: Path, problem_set: str, begun: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Students whose submission is not the one that was graded last, and its timestamp; those who were `begun` too.

    Checks that changed since are not looked at: that grades nobody anew before staff say so.
    """
    for handed_in in find(root / nbgrader.SUBMITTED, [problem_set]):
        graded = folders.autograded(root, handed_in.student, problem_set)
        moment = handed_in_at(handed_in.folder)
        done = f"{problem_set}/{handed_in.student}" not in begun and (graded / f"{problem_set}.ipynb").is_file()
        if not done or moment != handed_in_at(graded):
            yield handed_in.student, moment or ""


def _path(root: Path) -> Path:
    return root / "verdicts" / "arrivals.json"
