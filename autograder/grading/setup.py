"""The setup to grade one problem set: its release, its limits and its cache keys."""

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
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.language import speaking
from autograder.language.staff import staff_language
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
"""Fields of course.yml that no result depends on: the gradebook's address, and settings for collecting submissions."""


@dataclass(frozen=True)
class GradingSetup:
    """The setup to grade one problem set, from the course's current files."""

    root: Path
    course: Course
    release: Release
    session_limits: SessionLimits
    sandbox_limits: SandboxLimits

    @property
    def problem_set(self) -> str:
        """Return its name."""
        return self.release.problem_set

    @cached_property
    def keys(self) -> CacheKeys:
        """Return its cache keys."""
        return CacheKeys(self.root, self.problem_set, self.session_limits, self.sandbox_limits)

    def prepare(self, handed_in: HandedIn, *, tell_student: bool = False) -> Prepared:
        """Read and repair a submission; the remarks on repairs are in the course's language.

        Args:
            handed_in: the student's folder.
            tell_student: whether the message of an error is for the student, and not for staff.

        Raises:
            AutograderError: it cannot be graded; the message is one line with the file and the fix.
        """
        try:
            return self._prepare(handed_in, self.course.language)
        except AutograderError:
            if not tell_student and staff_language() != self.course.language:
                self._prepare(handed_in, staff_language())  # raises the same error, said to staff
            raise

    def _prepare(self, handed_in: HandedIn, language: str) -> Prepared:
        max_bytes = self.course.limits_of(self.problem_set).notebook_mb << 20
        with speaking(language):
            return prepare(handed_in, self.release, max_bytes, self.course.clock)

    @cached_property
    def _inputs(self) -> bytes:
        course = self.course.model_dump_json(exclude=_NO_INPUT)
        return digest(self.keys.inputs(), course.encode(), self.release.path.read_bytes())

    def fingerprint(self, item: Prepared) -> bytes:
        """Return the digest of all inputs of a submission's results.

        It is the same with and without a jail, so that results of either kind are valid.
        """
        submitted = _encode((item.submission, item.repaired.cells, item.timestamp, item.secret))
        return digest(self._inputs, submitted)


def setup_of(root: Path, course: Course, problem_set: str, *, confined: bool = True) -> GradingSetup:
    """Return the current setup of a problem set.

    Args:
        root: the course's folder.
        course: its current course.yml.
        problem_set: its name.
        confined: False to grade without the jail.

    Raises:
        AutograderError: the problem set is unknown or not built, or its handouts have changed since it was built.
    """
    config.chosen(course, [problem_set])
    limits = course.limits_of(problem_set)
    released = release.load(root, problem_set)
    handouts.refuse_changed(root, problem_set, released.handouts)
    return GradingSetup(
        root,
        course,
        released,
        session_limits_of(limits, course.language),
        sandbox_limits_of(limits, confined, course.packages),
    )


def by_jail(setups: Iterable[GradingSetup]) -> list[tuple[SandboxLimits, dict[str, SessionLimits]]]:
    """Return the groups of problem sets that can share a jail: its limits, and session limits by problem set.

    A problem set with handouts has jails of its own, so that others cannot read its files, which may be unreleased.
    """
    groups: dict[tuple[SandboxLimits, str], dict[str, SessionLimits]] = {}
    for setup in setups:
        name = setup.problem_set
        groups.setdefault((setup.sandbox_limits, name if setup.release.handouts else ""), {})[name] = (
            setup.session_limits
        )
    return [(limits, names) for (limits, _), names in groups.items()]
