"""Submissions a second, ours and nbgrader's, of the same class, one after the other in one run.

nbgrader autogrades a sample and makes its feedback; ours grades the whole class: gradebook, notebooks, feedback.
Run it with: python -m benchmarks.throughput
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from autograder.grade import grade
from benchmarks import report, workload


def main() -> None:
    """Measure and tell."""
    options = report.arguments(
        __doc__ or "", students=(1000, "submissions graded by ours"), sample=(12, "submissions graded by nbgrader")
    )
    with tempfile.TemporaryDirectory() as folder:
        ours = workload.make_course(Path(folder) / "ours")
        stock = workload.make_stock(Path(folder) / "stock", ours)
        writer = workload.Writer.of(ours)
        writer.hand_in(stock, range(options.sample))
        writer.hand_in(ours, range(options.students))

        report.note(f"nbgrader grades {options.sample}")
        began = time.perf_counter()
        workload.nbgrader(stock, "autograde", workload.NAME)
        autograded = time.perf_counter()
        workload.nbgrader(stock, "generate_feedback", workload.NAME)
        theirs = {"autograde": autograded - began, "feedback": time.perf_counter() - autograded}

        report.note(f"autograder grades {options.students}")
        began = time.perf_counter()
        first: list[float] = []
        outcome = grade(ours, advanced=lambda row: first.append(time.perf_counter()) if not first else None)
        seconds = time.perf_counter() - began
        assert not outcome.problems and len(outcome.rows) == options.students, outcome.problems[:3]

    each = sum(theirs.values()) / options.sample
    mine = seconds / options.students
    figures = {
        "nbgrader": {**theirs, "submissions": options.sample, "seconds a submission": each},
        "autograder": {
            "seconds": seconds,
            "until the first": first[0] - began,
            "submissions": options.students,
            "seconds a submission": mine,
        },
        "ratio": each / mine,
    }
    rows = [
        ("nbgrader autograde", options.sample, theirs["autograde"], theirs["autograde"] / options.sample, ""),
        ("nbgrader generate_feedback", options.sample, theirs["feedback"], theirs["feedback"] / options.sample, ""),
        ("autograder grade", options.students, seconds, mine, f"{each / mine:.0f}x"),
    ]
    report.tell(options, figures, ("", "submissions", "seconds", "seconds a submission", "faster"), rows)


if __name__ == "__main__":
    main()
