"""Runs in the jail: what a student's process gives up before it runs a line of the student's."""

from __future__ import annotations

import ctypes
import resource
import signal
from pathlib import Path

from . import wire

_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """`struct sock_fprog` of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def hide() -> None:
    """Make this process's memory unreadable to others of its user (PR_SET_DUMPABLE 0)."""
    _prctl(_PR_SET_DUMPABLE, 0)


def defaults() -> None:
    """Undo Python's own signal handlers: PID 1 ignores what has the default action, and only that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def give_up(setup: wire.Setup) -> None:
    """Set the resource limits, then load the syscall filter. Neither can be taken back."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    address_space = pages * resource.getpagesize() + setup.memory_bytes
    for kind, limit in (
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_CPU, setup.cpu_seconds),
        (resource.RLIMIT_FSIZE, setup.file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if setup.filter_bytes:
        program = _Program(len(setup.filter_bytes) // 8, setup.filter_bytes)
        _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program))


def _prctl(option: int, *args: object) -> None:
    padded = [*args, 0, 0, 0, 0][:4]
    values = [ctypes.c_ulong(item) if isinstance(item, int) else item for item in padded]
    if _libc.prctl(option, *values) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) refused")
