"""Converts the limits in course.yml to those of a session and those of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from autograder.jail.jail import SandboxLimits

if TYPE_CHECKING:  # workers do not need the course's module, which would slow their start by a tenth
    from autograder.course.config import Limits


class SessionLimits(msgspec.Struct, frozen=True):
    """Limits of one submission's run.

    `cell_seconds` and `call_seconds` are processor time of one cell and one call; `submission_seconds` is wall-clock
    time of the whole submission; `output_bytes` is the output of one cell; `changes` is the number of small changes
    that are tried on a wrong answer.
    """

    cell_seconds: float = 30
    call_seconds: float = 5
    submission_seconds: float = 300
    output_bytes: int = 256 << 10
    changes: int = 400


def session_limits_of(limits: Limits) -> SessionLimits:
    """Return the limits that a session enforces."""
    return SessionLimits(
        limits.cell_seconds,
        limits.call_seconds,
        limits.submission_seconds,
        limits.output_kb << 10,
        limits.changes,
    )


def sandbox_limits_of(limits: Limits, confined: bool = True, packages: tuple[str, ...] = ()) -> SandboxLimits:
    """Return the limits that the sandbox enforces, with the packages that the course names."""
    seconds = int(limits.submission_seconds) + 60
    return SandboxLimits(limits.memory_mb << 20, seconds, limits.tmp_mb << 20, confined, packages)
