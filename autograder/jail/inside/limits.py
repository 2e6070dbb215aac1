"""Runs in the jail: the limits and rights that a student's process gives up before running student code."""

from __future__ import annotations

import ctypes
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from . import zygote_wire

_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """`struct sock_fprog` of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def hide() -> None:
    """Make this process's memory unreadable to other processes of its user (PR_SET_DUMPABLE 0)."""
    _prctl(_PR_SET_DUMPABLE, _values(0))


def defaults() -> None:
    """Restore the default action of SIGINT: PID 1 ignores signals with the default action, and no others."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def of(setup: zygote_wire.Setup) -> Callable[[], None]:
    """Return a function that permanently sets a student's process's resource limits and loads the syscall filter.

    Everything is prepared here, before the fork, since each page that a child writes to is copied for it.
    """
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limits = (
        (resource.RLIMIT_AS, pages * resource.getpagesize() + setup.memory_bytes),
        (resource.RLIMIT_CPU, setup.cpu_seconds),
        (resource.RLIMIT_FSIZE, setup.file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    )
    program = _Program(len(setup.filter_bytes) // 8, setup.filter_bytes)
    privileges = _values(1)
    filtering = _values(_SECCOMP_MODE_FILTER, ctypes.byref(program))

    def give_up() -> None:
        for kind, limit in limits:
            resource.setrlimit(kind, (limit, limit))
        _prctl(_PR_SET_NO_NEW_PRIVS, privileges)
        if setup.filter_bytes:
            _prctl(_PR_SET_SECCOMP, filtering)

    return give_up


def _values(*args: object) -> list[object]:
    return [ctypes.c_ulong(item) if isinstance(item, int) else item for item in [*args, 0, 0, 0, 0][:4]]


def _prctl(option: int, values: list[object]) -> None:
    if _libc.prctl(option, *values) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) refused")
