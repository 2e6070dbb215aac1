"""What bounds a submission, from course.yml: the session's clocks and the jail's walls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from autograder.jail.jail import Walls

if TYPE_CHECKING:  # a worker reads no course: its start would be a tenth longer
    from autograder.course.config import Limits


class Bounds(msgspec.Struct, frozen=True):
    """Wall-clock bounds in seconds, for one cell, one call and a whole submission, and bytes of output a cell."""

    cell_seconds: float = 30
    call_seconds: float = 5
    submission_seconds: float = 300
    output_bytes: int = 256 << 10


def bounds_of(limits: Limits) -> Bounds:
    """The session's bounds."""
    return Bounds(limits.cell_seconds, limits.call_seconds, limits.submission_seconds, limits.output_kb << 10)


def walls_of(limits: Limits, confined: bool = True) -> Walls:
    """The jail's walls."""
    return Walls(limits.memory_mb << 20, int(limits.submission_seconds) + 60, limits.tmp_mb << 20, confined)
