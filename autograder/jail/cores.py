"""How many cores this process may use: those it may run on, and no more than its control groups give it time for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def cores() -> int:
    """The cores that this process may run on, at most as many as its control groups give it processor time for.

    A container started with `--cpus 2` sees all cores of its machine, and has the time of two; half a core is left
    unused rather than shared by two workers.
    """
    return max(1, min(len(allowed()), *(int(quota) for quota in _quotas())))


def allowed() -> list[int]:
    """The numbers of the cores that this process may run on."""
    return sorted(os.sched_getaffinity(0))


def pinned_to(jobs: int) -> list[int | None]:
    """The core for each of `jobs` workers where they take up all of this machine; None where the kernel places them.

    A worker and its jail speak in turns, a hundred times a submission: on one core each has its answer in a third of
    the time that it takes to wake another core.
    """
    ours = allowed()
    return [ours[number % len(ours)] if jobs >= len(ours) else None for number in range(jobs)]


def _quotas() -> Iterator[float]:
    """In cores, the quota of each control group (version 2 or 1) that this process is in, from its own to the root."""
    yield float(os.cpu_count() or 1)
    try:
        lines = _OWN.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, place = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        top = _GROUPS / "cpu" if controllers else _GROUPS
        folder = top / place.lstrip("/")
        for group in (folder, *folder.parents):
            if quota := _quota_v1(group) if controllers else _quota(group):
                yield quota
            if group == top:
                break


def _quota(group: Path) -> float | None:
    """Of cpu.max, "QUOTA PERIOD" in microseconds or "max PERIOD"."""
    return _share(_read(group / "cpu.max").split())


def _quota_v1(group: Path) -> float | None:
    return _share([_read(group / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")])


def _share(numbers: list[str]) -> float | None:
    if len(numbers) != 2 or not all(number.isdigit() for number in numbers):  # "max", and -1 in version 1
        return None
    quota, period = map(int, numbers)
    return quota / period if quota and period else None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
