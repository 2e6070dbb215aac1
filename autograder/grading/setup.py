"""What one problem set is graded with: its release, its limits and its cache keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from autograder.course import config, handouts, release
from autograder.course.config import Course
from autograder.course.release import Release
from autograder.errors import AutograderError
from autograder.jail.jail import SandboxLimits
from autograder.model.limits import SessionLimits, sandbox_limits_of, session_limits_of

from .cache_keys import CacheKeys, digest
from .intake import HandedIn, Prepared, prepare

_encode = msgspec.msgpack.Encoder().encode
_ON_ARRIVAL = {"feedback_on_arrival", "gradings_a_day"}
_NO_INPUT: Any = {
    "gradebook": True,
    **dict.fromkeys(_ON_ARRIVAL, True),
    "problem_sets": {"__all__": _ON_ARRIVAL},
}
"""Fields of course.yml that no result depends on: where the gradebook is, and when submissions are collected."""


@dataclass(frozen=True)
class GradingSetup:
    """What one problem set is graded with, as the course's files are now."""

    root: Path
    course: Course
    release: Release
    session_limits: SessionLimits
    sandbox_limits: SandboxLimits

    @property
    def problem_set(self) -> str:
        """Its name."""
        return self.release.problem_set

    @cached_property
    def keys(self) -> CacheKeys:
        """Its cache keys."""
        return CacheKeys(self.root, self.problem_set, self.session_limits, self.sandbox_limits)

    def prepare(self, handed_in: HandedIn) -> Prepared:
        """Read and repair a submission.

        Raises:
            AutograderError: it cannot be graded; one line, naming file and fix.
        """
        max_bytes = self.course.limits_of(self.problem_set).notebook_mb << 20
        return prepare(handed_in, self.release, max_bytes, self.course.clock)

    @cached_property
    def _inputs(self) -> bytes:
        course = self.course.model_dump_json(exclude=_NO_INPUT)
        return digest(self.keys.inputs(), course.encode(), self.release.path.read_bytes())

    def fingerprint(self, item: Prepared) -> bytes:
        """Digest of everything that the results of a submission are made from.

        It is the same with and without a jail: results of either kind are results.
        """
        submitted = _encode((item.submission, item.repaired.cells, item.timestamp, item.secret))
        return digest(self._inputs, submitted)


def setup_of(root: Path, course: Course, problem_set: str, *, confined: bool = True) -> GradingSetup:
    """What a problem set is graded with now.

    Args:
        root: the course's folder.
        course: as its course.yml is now.
        problem_set: its name.
        confined: False for grading without the jail.

    Raises:
        AutograderError: the problem set is unknown or not built, or was built with other files beside the notebook.
    """
    config.chosen(course, [problem_set])
    limits = course.limits_of(problem_set)
    released = release.load(root, problem_set)
    _refuse_other_handouts(root, released)
    return GradingSetup(
        root,
        course,
        released,
        session_limits_of(limits),
        sandbox_limits_of(limits, confined, course.packages),
    )


def _refuse_other_handouts(root: Path, released: Release) -> None:
    """Raise where students have other files than grading would use."""
    now = handouts.digests(handouts.of(root, released.problem_set))
    if now != released.handouts:
        names = sorted({name for name, _ in now.items() ^ released.handouts.items()})
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        folder = handouts.folder_of(root, released.problem_set)
        raise AutograderError(
            f"{folder}: not as in the release: {', '.join(names[:5])}{more}; run: autograder build"
            f" {released.problem_set}, and tell students to fetch the files again"
        )


def by_jail(setups: Iterable[GradingSetup]) -> list[tuple[SandboxLimits, dict[str, SessionLimits]]]:
    """Groups of problem sets that can share a jail: its limits, and the sessions' limits by problem set.

    One with handouts has jails of its own: nobody sees the files of another problem set, which may not be out yet.
    """
    groups: dict[tuple[SandboxLimits, str], dict[str, SessionLimits]] = {}
    for setup in setups:
        name = setup.problem_set
        groups.setdefault((setup.sandbox_limits, name if setup.release.handouts else ""), {})[name] = (
            setup.session_limits
        )
    return [(limits, names) for (limits, _), names in groups.items()]
