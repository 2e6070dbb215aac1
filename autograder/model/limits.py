"""The limits of a submission as course.yml gives them: those of a session, and those of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from autograder.jail.jail import SandboxLimits

if TYPE_CHECKING:  # a worker reads no course: its start would be a tenth longer
    from autograder.course.config import Limits


class SessionLimits(msgspec.Struct, frozen=True):
    """Limits of one submission's run.

    Seconds of processor time for one cell and one call, and by the clock for a whole submission; bytes of output for
    one cell. `changes` is how many small changes are tried on a wrong answer.
    """

    cell_seconds: float = 30
    call_seconds: float = 5
    submission_seconds: float = 300
    output_bytes: int = 256 << 10
    changes: int = 400


def session_limits_of(limits: Limits) -> SessionLimits:
    """The limits that a session keeps."""
    return SessionLimits(
        limits.cell_seconds,
        limits.call_seconds,
        limits.submission_seconds,
        limits.output_kb << 10,
        limits.changes,
    )


def sandbox_limits_of(limits: Limits, confined: bool = True) -> SandboxLimits:
    """The limits that the sandbox keeps."""
    return SandboxLimits(limits.memory_mb << 20, int(limits.submission_seconds) + 60, limits.tmp_mb << 20, confined)
