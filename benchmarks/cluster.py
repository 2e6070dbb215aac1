"""The same class by the local pool, by dask with one worker, and by dask with three of which one is killed midway.

Each on SQLite and, where it is installed, on PostgreSQL. Verdicts, notebooks, feedback and the gradebook must be the
same each time.
Run it with: python -m benchmarks.cluster
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster

from autograder.grade import grade
from autograder.workers.cluster import Cluster
from autograder.workers.pool import Pool
from benchmarks import crash, postgresql, report, workload


def main() -> None:
    """Measure, compare and tell."""
    options = report.arguments(__doc__ or "", students=(500, "submissions"))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        course = workload.make_course(folder / "course")
        workload.Writer.of(course).hand_in(course, range(options.students))
        where = postgresql.programs()
        server = stack.enter_context(postgresql.running(where)) if where else None
        seconds, results = {}, {}
        for gradebook in ("SQLite", "PostgreSQL") if server else ("SQLite",):
            for way, timed in _WAYS.items():
                name = f"{way}, {gradebook}"
                report.note(f"{name} grades {options.students}")
                root = Path(shutil.copytree(course, folder / "graded"))
                url = server.url(server.database()) if server and gradebook == "PostgreSQL" else None
                if url:
                    with (root / "course.yml").open("a") as settings:
                        settings.write(f"gradebook: {url}\n")
                seconds[name] = timed(root)
                results[name] = crash.results(root, url)
                shutil.rmtree(root)
    first, *others = results.values()
    assert all(other == first for other in others), "the results differ"
    local = next(iter(seconds.values()))
    rows = [(name, taken, taken / options.students * 1000, f"{taken / local:.2f}x") for name, taken in seconds.items()]
    figures = {"submissions": options.students, "seconds": seconds, "differences": 0}
    report.tell(options, figures, ("", "seconds", "ms a submission", "of the local pool"), rows)


def _timed(root: Path, pool_of: Callable[..., Any], advanced: Callable[[object], None] = lambda row: None) -> float:
    """Seconds from the first result to the last: starting workers is another matter."""
    times: list[float] = []

    def one(row: object) -> None:
        times.append(time.perf_counter())
        advanced(row)

    outcome = grade(root, pool_of=pool_of, advanced=one)
    assert not outcome.problems, outcome.problems[:3]
    return times[-1] - times[0]


def _one_killed(root: Path) -> float:
    with LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster, set_as_default=False) as client:
            victim = next(iter(client.run(os.getpid).values()))
        total = len(list((root / "submitted").iterdir()))
        seen = iter(range(total))

        def advanced(row: object) -> None:
            if next(seen) == total // 2:
                os.kill(victim, signal.SIGKILL)

        return _timed(root, partial(Cluster, scheduler=cluster.scheduler_address), advanced)


_WAYS: dict[str, Callable[[Path], float]] = {
    "local pool": lambda root: _timed(root, Pool),
    "dask, one worker": lambda root: _timed(root, Cluster),
    "dask, three workers, one killed": _one_killed,
}


if __name__ == "__main__":
    main()
