"""Grading again: what has not changed, and after one check has changed.

Run it with: python -m benchmarks.regrade
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from autograder.grade import Outcome, grade
from benchmarks import report, workload


def main() -> None:
    """Measure and tell."""
    options = report.arguments(__doc__ or "", students=(1000, "submissions"))
    with tempfile.TemporaryDirectory() as folder:
        course = workload.make_course(Path(folder) / "course")
        workload.Writer.of(course).hand_in(course, range(options.students))
        report.note("grading")
        times = {"at first": _timed(course)}
        report.note("grading again")
        times["nothing changed"] = _timed(course)
        checks = course / "tests" / "hidden" / workload.NAME / "test_dropout.py"
        checks.write_text(checks.read_text() + "\n# a check of this exercise has changed\n")
        report.note("grading after a change of one exercise's checks")
        times["one exercise's checks changed"] = _timed(course)
    assert times["nothing changed"][1].unchanged == options.students
    rows = [(name, seconds, options.students / seconds) for name, (seconds, _) in times.items()]
    figures = {name: {"seconds": seconds, "submissions a second": rate} for name, seconds, rate in rows}
    report.tell(options, {"submissions": options.students, **figures}, ("", "seconds", "submissions a second"), rows)


def _timed(course: Path) -> tuple[float, Outcome]:
    began = time.perf_counter()
    outcome = grade(course)
    seconds = time.perf_counter() - began
    assert not outcome.problems, outcome.problems[:3]
    return seconds, outcome


if __name__ == "__main__":
    main()
