"""What grading cannot go below: the same code, calls and references in a bare loop; ours beside it, in one run.

The bare loop has no jail, no notebook shell, no pytest, no gradebook and no feedback: it forks a process that has torch
imported, executes the cells' text, calls the checks as plain functions, and ends. Both use all cores.
Run it with: python -m benchmarks.limit
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from autograder.grade import grade
from benchmarks import report, workload

_LAZY = ("torch.fx.experimental.symbolic_shapes", "torch._dynamo")
"""What torch imports when it is first needed: imported before the fork, as the jail does."""


def main() -> None:
    """Measure and tell."""
    options = report.arguments(__doc__ or "", students=(400, "submissions"))
    with tempfile.TemporaryDirectory() as folder:
        course = workload.make_course(Path(folder) / "ours")
        workload.Writer.of(course).hand_in(course, range(options.students))
        report.note(f"the bare loop grades {options.students}")
        bare = bare_loop(course)
        report.note(f"autograder grades {options.students}")
        times: list[float] = []
        outcome = grade(course, advanced=lambda row: times.append(time.perf_counter()))
        assert not outcome.problems and len(outcome.rows) == options.students, outcome.problems[:3]
    # Both are timed once they are warm: what starting costs is told by the benchmarks throughput and latency.
    warm = len(times) // 10
    ours = (times[-1] - times[warm]) / (len(times) - 1 - warm)
    figures = {"bare": bare, "autograder": ours, "ratio": ours / bare, "submissions": options.students}
    rows = [("bare loop", bare * 1000, ""), ("autograder grade", ours * 1000, f"{ours / bare:.2f}x")]
    report.tell(options, figures, ("", "ms a submission", "of the limit"), rows)


def bare_loop(course: Path) -> float:
    """Seconds a submission, on all cores."""
    torch.set_num_threads(1)
    for name in _LAZY:
        importlib.import_module(name)
    sys.path.insert(0, str(course))
    checks = [
        check for path in sorted((course / "tests" / "hidden" / workload.NAME).glob("*.py")) for check in _checks(path)
    ]
    notebooks = [path.read_text() for path in sorted(course.glob(f"submitted/*/{workload.NAME}/*.ipynb"))]
    gc.collect()
    gc.freeze()
    cores = len(os.sched_getaffinity(0))
    began = time.perf_counter()
    workers = []
    for core in range(cores):
        if (pid := os.fork()) == 0:
            for text in notebooks[core::cores]:
                _in_a_child(text, checks)
            os._exit(0)
        workers.append(pid)
    for pid in workers:
        assert os.waitpid(pid, 0)[1] == 0
    return (time.perf_counter() - began) / len(notebooks)


def _checks(path: Path) -> list[Callable[[Any], None]]:
    namespace: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    return [value for name, value in namespace.items() if name.startswith("test_")]


def _in_a_child(text: str, checks: list[Callable[[Any], None]]) -> None:
    pid = os.fork()
    if pid:
        assert os.waitpid(pid, 0)[1] == 0
        return
    namespace: dict[str, Any] = {}
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "code":
            _attempt(exec, compile("".join(cell["source"]), "cell", "exec"), namespace)
    passed = 0
    for number, check in enumerate(checks):
        torch.default_generator.manual_seed(number)
        passed += _attempt(check, SimpleNamespace(**namespace))
    os._exit(0 if passed > len(checks) // 2 else 1)


def _attempt(act: Callable[..., object], *arguments: object) -> bool:
    try:
        act(*arguments)
    except Exception:
        return False
    return True


if __name__ == "__main__":
    main()
