"""How long one person waits for one submission, by the command line.

First with nothing of it in the system's memory (as root, who can empty that), then warm, then with nothing to do.
Run it with: python -m benchmarks.latency
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import report, workload


def main() -> None:
    """Measure and tell."""
    options = report.arguments(__doc__ or "", repeats=(5, "times each; the median is told"))
    with tempfile.TemporaryDirectory() as folder:
        course = workload.make_course(Path(folder) / "course")
        writer = workload.Writer.of(course)
        writer.hand_in(course, range(1))
        _grade(course)  # makes the gradebook
        cases: dict[str, tuple[Callable[[], None], list[str]]] = {
            "cold": (_forget, ["--fresh"]),
            "warm": (lambda: None, ["--fresh"]),
            "unchanged": (lambda: None, []),
        }
        if os.geteuid() != 0:
            report.note("not root: the system's memory of files cannot be emptied, cold is left out")
            del cases["cold"]
        figures = {}
        for name, (before, arguments) in cases.items():
            taken = []
            for number in range(options.repeats):
                report.note(f"{name}: {number + 1} of {options.repeats}")
                before()
                taken.append(_grade(course, *arguments))
            figures[name] = statistics.median(taken)
        figures["autograder --help"] = statistics.median(_run("--help") for _ in range(options.repeats))
    report.tell(options, figures, ("one submission", "seconds"), list(figures.items()))


def _forget() -> None:
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3")


def _grade(course: Path, *arguments: str) -> float:
    return _run("-C", str(course), "grade", "--student", workload.student(0), *arguments)


def _run(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "autograder.cli", *arguments], check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
