"""Converts the limits in course.yml to those of a session and those of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from autograder.jail.sandbox_limits import SandboxLimits
from autograder.language import ENGLISH

if TYPE_CHECKING:  # workers do not need the course's module, whose import would slow their start by a tenth
    from autograder.course.config import Limits


class SessionLimits(msgspec.Struct, frozen=True):
    """Limits of one submission's run, and the language in which students are told of it.

    `cell_seconds` and `call_seconds` are processor time of one cell and one call; `submission_seconds` is wall-clock
    time of the whole submission; `output_bytes` is the output of one cell; `changes` is the number of small changes
    that are tried on a wrong answer.
    """

    cell_seconds: float = 30
    call_seconds: float = 5
    submission_seconds: float = 300
    output_bytes: int = 256 << 10
    changes: int = 400
    language: str = ENGLISH


def session_limits_of(limits: Limits, language: str = ENGLISH) -> SessionLimits:
    """Return the limits that a session enforces, with the language of the course."""
    return SessionLimits(
        limits.cell_seconds,
        limits.call_seconds,
        limits.submission_seconds,
        limits.output_kb << 10,
        limits.changes,
        language,
    )


def sandbox_limits_of(limits: Limits, confined: bool = True, packages: tuple[str, ...] = ()) -> SandboxLimits:
    """Return the limits that the sandbox enforces, with the packages that the course names."""
    seconds = int(limits.submission_seconds) + 60
    return SandboxLimits(limits.memory_mb << 20, seconds, limits.tmp_mb << 20, confined, packages)
