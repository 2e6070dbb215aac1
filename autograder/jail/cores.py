"""The number of cores that this process may use, by its CPU affinity and the quotas of its control groups."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def cores() -> int:
    """Return the number of cores to use: those that this process may run on, limited by its control groups' quotas.

    A container started with `--cpus 2` sees all cores of its machine, but gets the processor time of two. Quotas are
    rounded down: half a core is left unused rather than shared by two workers.
    """
    return max(1, min(len(allowed()), *(int(quota) for quota in _quotas())))


def allowed() -> list[int]:
    """Return the numbers of the cores that this process may run on."""
    return sorted(os.sched_getaffinity(0))


def pinned_to(jobs: int) -> list[int | None]:
    """Return the core for each of `jobs` workers if they use the whole machine; None for each if the kernel decides.

    A worker and its jail exchange a hundred messages per submission, one at a time: on the same core, each answer
    arrives in a third of the time that waking another core takes.
    """
    ours = allowed()
    return [ours[number % len(ours)] if jobs >= len(ours) else None for number in range(jobs)]


def _quotas() -> Iterator[float]:
    """Yield the quota, in cores, of each control group (version 1 or 2) that contains this process, innermost first."""
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
    """Return the quota in cpu.max, "QUOTA PERIOD" or "max PERIOD" in microseconds; None if there is none."""
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
