"""The limits of a student's process in the jail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SandboxLimits:
    """The limits of a student's process.

    `memory_bytes` is added to the memory that torch itself has mapped; `tmp_bytes` limits each of the three writable
    folders; without `confined` there is no jail, only resource limits and the syscall filter. `packages` are the ones
    that the course names besides torch; they are imported before the first submission.
    """

    memory_bytes: int = 2 << 30
    cpu_seconds: int = 600
    tmp_bytes: int = 64 << 20
    confined: bool = True
    packages: tuple[str, ...] = ()
