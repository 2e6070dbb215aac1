"""What one problem set is graded with: its release, its limits and its cache keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from autograder.course import config, release
from autograder.course.config import Course
from autograder.course.release import Release
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
        AutograderError: the problem set is unknown or not built.
    """
    config.chosen(course, [problem_set])
    limits = course.limits_of(problem_set)
    return GradingSetup(
        root,
        course,
        release.load(root, problem_set),
        session_limits_of(limits),
        sandbox_limits_of(limits, confined),
    )


def by_sandbox_limits(setups: Iterable[GradingSetup]) -> dict[SandboxLimits, dict[str, SessionLimits]]:
    """Groups of problem sets that can share a jail: by its limits, the sessions' limits by problem set."""
    groups: dict[SandboxLimits, dict[str, SessionLimits]] = {}
    for setup in setups:
        groups.setdefault(setup.sandbox_limits, {})[setup.problem_set] = setup.session_limits
    return groups
