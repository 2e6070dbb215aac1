"""Whether a busy machine changes a verdict: one honest, slow submission, again and again beside processes that compute.

Run it with: python -m benchmarks.load
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course import config, release
from autograder.course.repair import repair
from autograder.errors import AutograderError
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.model.submission import Submission, to_submission
from autograder.model.verdict import to_json
from autograder.notebook.reading import parse
from autograder.release.build import build
from autograder.release.proofs import made
from autograder.workers.pool import Pool
from benchmarks import report

ROOT = Path(__file__).resolve().parents[1]
PROBLEM_SET = "ps8"
LOOPS = '''
def info_nce(z1, z2, temperature):
    """The symmetric InfoNCE loss, entry by entry."""
    if z1.shape != z2.shape or temperature <= 0:
        raise ValueError("shapes or temperature")
    def one_way(a, b):
        total = 0.0
        for i in range(len(a)):
            logits = []
            for j in range(len(b)):
                length = ((a[i] ** 2).sum() * (b[j] ** 2).sum()).sqrt()
                logits.append((a[i] * b[j]).sum() / length / temperature)
            logits = torch.stack(logits)
            total = total - torch.log_softmax(logits, 0)[i]
        return total / len(a)
    return (one_way(z1, z2) + one_way(z2, z1)) / 2
'''
"""Right, and as slow as it can be: InfoNCE with a loop over rows in a loop over rows."""


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """In the block, so many processes compute."""
    ends_with_this = f"import os\nwhile os.getppid() == {os.getpid()}:\n    for _ in range(10**6): pass"
    command = [sys.executable, "-S", "-c", ends_with_this]
    # In sessions of their own: Linux shares the cores among sessions first (autogroups).
    running = [subprocess.Popen(command, start_new_session=True) for _ in range(processes)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def verdicts(repeats: int, processes: int) -> tuple[list[bytes], list[float]]:
    """The verdicts of so many runs beside so many busy processes, and the seconds that each took."""
    found, seconds = [], []
    with tempfile.TemporaryDirectory() as folder:
        build(ROOT, [PROBLEM_SET], folder=Path(folder))
        submission = _submission(Path(folder))
        limits = config.load(ROOT).limits_of(PROBLEM_SET)
        grading: Pool[int] = Pool(ROOT, {PROBLEM_SET: session_limits_of(limits)}, sandbox_limits_of(limits), 1)
        with busy(processes), grading as pool:
            for number in range(repeats):
                report.note(f"{number + 1} of {repeats}")
                began = time.perf_counter()
                [(_, result)] = pool.grade([(number, submission)])
                seconds.append(time.perf_counter() - began)
                if isinstance(result, AutograderError):
                    raise result
                found.append(to_json(result.graded().verdict))
    return found, seconds


def _submission(folder: Path) -> Submission:
    ours = release.load(folder, PROBLEM_SET)
    notebook = made.notebook(ours, made.solutions(folder, PROBLEM_SET) | {"info_nce": LOOPS})
    return to_submission(repair(parse(json.dumps(notebook).encode(), PROBLEM_SET), ours), ours)


def main() -> int:
    """Grade and tell; 1 where the verdicts differ."""
    options = report.arguments(__doc__ or "", repeats=(30, "runs"), busy=(4, "processes that compute meanwhile"))
    found, seconds = verdicts(options.repeats, options.busy)
    different = len(set(found))
    points = sorted({json.loads(verdict)["points"] for verdict in found})
    figures = {"runs": len(found), "verdicts": different, "points": points, "seconds": seconds}
    rows = [("runs", len(found)), ("different verdicts", different), ("points", ", ".join(f"{p:g}" for p in points))]
    rows += [("seconds, fastest run", min(seconds)), ("seconds, slowest run", max(seconds))]
    report.tell(options, figures, ("one slow submission on a busy machine", ""), rows)
    return 0 if different == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
