"""A control group for each jail, if this machine runs cgroup v2 and delegates a group to us.

Resource limits apply to each student's process; a control group limits the whole jail, including its in-memory folders.
Kernel documentation: Documentation/admin-guide/cgroup-v2.rst, "Delegation" and "No Internal Process Constraint".
"""

from __future__ import annotations

import contextlib
import os
import time
from functools import cache
from pathlib import Path

CONTROLLERS = ("memory", "pids")
MAX_TASKS = 1024
"""The maximum number of processes and threads of one jail."""
_OURS = "autograder"
_WARM_BYTES = 2 << 30
"""Memory of a warm jail itself; mostly pages of torch's files, which are charged to the group that reads them first."""


@cache
def delegated(process: str = "/proc/self") -> Path | None:
    """Return the group in which we may create groups with the memory and pids controllers; None if there is none.

    The kernel allows no processes in a group that enables controllers for its children, so this process first moves
    into a child group.
    """
    try:
        mounts = (line.split() for line in Path(process, "mountinfo").read_text().splitlines())
        mount = next(Path(part[4]) for part in mounts if part[part.index("-") + 1] == "cgroup2")
        lines = Path(process, "cgroup").read_text().splitlines()
        own = mount / next(line for line in lines if line.startswith("0::")).removeprefix("0::/")
        if own.name == _OURS:
            return own.parent
        available = (own / "cgroup.controllers").read_text().split()
        if not set(CONTROLLERS) <= set(available) or not _is_delegated(own, mount):
            return None
        (own / _OURS).mkdir(exist_ok=True)
        for number in (own / "cgroup.procs").read_text().split():
            (own / _OURS / "cgroup.procs").write_text(number)
        (own / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in CONTROLLERS))
    except (OSError, StopIteration):
        return None
    return own


def _is_delegated(group: Path, mount: Path) -> bool:
    """Return whether we may divide the group; as root, which may write anywhere, only a container's or a marked one."""
    if os.geteuid() != 0:
        return os.access(group / "cgroup.procs", os.W_OK)
    return group == mount or "user.delegate" in os.listxattr(group)


def make(parent: Path, memory_bytes: int) -> Path:
    """Create a group for one jail in which student code may use `memory_bytes`, including in-memory files.

    Raises:
        OSError: the kernel refuses it.
    """
    group = parent / f"jail-{os.getpid()}-{time.monotonic_ns()}"
    group.mkdir()
    (group / "memory.max").write_text(str(memory_bytes + _WARM_BYTES))
    with contextlib.suppress(OSError):  # a kernel without swap accounting
        (group / "memory.swap.max").write_text("0")
    (group / "pids.max").write_text(str(MAX_TASKS))
    return group


def within(group: Path, command: list[str]) -> list[str]:
    """Return the command, wrapped so that it starts inside the group."""
    return ["/bin/sh", "-c", 'echo 0 > "$0/cgroup.procs" && exec "$@"', str(group), *command]


def remove(group: Path, seconds: float = 2.0) -> None:
    """Kill all processes left in the group, and remove it."""
    with contextlib.suppress(OSError):
        (group / "cgroup.kill").write_text("1")
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            group.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.01)
