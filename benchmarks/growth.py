"""Whether a big class costs more a submission than a small one: time, memory, the size of what is kept.

Each class is graded in a process of its own. Run it with: python -m benchmarks.growth
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from autograder.grade import grade
from benchmarks import report, workload

SIZES = (100, 1_000, 10_000)


def main() -> None:
    """Measure and tell."""
    options = report.arguments(__doc__ or "", largest=(SIZES[-1], "submissions of the largest class"))
    figures = []
    for size in (size for size in SIZES if size <= options.largest):
        report.note(f"a class of {size}")
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
            figures.append(alone.submit(measure, size).result())
    report.tell(options, {"classes": figures}, list(figures[0]), [tuple(figure.values()) for figure in figures])


def measure(size: int) -> dict[str, Any]:
    """Grade a class of `size`: ms a submission once warm, peak memory and file sizes in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        course = workload.make_course(Path(folder) / "course")
        workload.Writer.of(course).hand_in(course, range(size))
        times: list[float] = []

        def advanced(row: object) -> None:
            times.append(time.perf_counter())
            if len(times) % 500 == 0:
                print(f"  {len(times)} of {size}", file=sys.stderr, flush=True)

        outcome = grade(course, advanced=advanced)
        assert not outcome.problems and len(outcome.rows) == size, outcome.problems[:3]
        warm = min(20, size // 5)
        return {
            "submissions": size,
            "ms a submission": (times[-1] - times[warm]) / (size - 1 - warm) * 1000,
            "grader MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "largest worker or jail MiB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            "gradebook MiB": (course / "gradebook.db").stat().st_size / 2**20,
            "kept MiB": sum(path.stat().st_size for path in (course / "verdicts").glob("store.db*")) / 2**20,
        }


if __name__ == "__main__":
    main()
