"""Kills the grader, one of its workers or one of its jails with SIGKILL at random moments, and resumes each time.

At the end the gradebook must equal, row by row, and the files byte by byte, those of a run that was left in peace.
Run it with: python -m benchmarks.crash
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks import report, workload
from benchmarks.gradebook_rows import rows

RESULTS = ("verdicts", "autograded", "feedback", "gradebook.db")
Results = tuple[dict[str, list[tuple[Any, ...]]], dict[str, bytes]]
VICTIMS = ("grader", "worker", "jail")


def main() -> None:
    """Run the campaign and tell."""
    options = report.arguments(
        __doc__ or "", kills=(200, "kills"), students=(50, "submissions"), seed=(0, "of the random moments")
    )
    with tempfile.TemporaryDirectory() as folder:
        killed, rounds = campaign(Path(folder), options.kills, options.students, options.seed)
    figures = {"kills": dict(killed), "rounds finished and compared": rounds, "differences": 0}
    table = [(victim, killed[victim]) for victim in VICTIMS]
    report.tell(options, figures, ("killed", "times"), [*table, ("all recovered; runs compared", rounds)])


def campaign(folder: Path, kills: int, students: int, seed: int) -> tuple[Counter[str], int]:
    """Kill so many times; how often each victim, and how many runs came to their end and were compared.

    Raises:
        AssertionError: what a run left differs from what an undisturbed one leaves.
    """
    chance = random.Random(seed)
    course = workload.make_course(folder / "course")
    workload.Writer.of(course).hand_in(course, range(students))
    clean = shutil.copytree(course, folder / "clean")
    began = time.monotonic()
    _finish(_start(clean))
    whole = time.monotonic() - began
    expected = results(clean)
    killed: Counter[str] = Counter()
    rounds = 0
    while killed.total() < kills or not rounds:
        process = _start(course)
        victim = chance.choice(VICTIMS)
        wait = chance.uniform(0, whole)
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            target = _find(process.pid, victim)
            if target and killed.total() < kills:
                os.kill(target, signal.SIGKILL)
                killed[victim] += 1
                report.note(f"{killed.total()} of {kills}: {victim} after {wait:.1f} s")
            if target == process.pid:
                process.wait()
                continue
        _finish(process)
        found = results(course)
        assert found == expected, f"after {killed.total()} kills the results differ: {_difference(found, expected)}"
        rounds += 1
        for name in RESULTS:
            path = course / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copy(clean / "empty.db", course / "gradebook.db")
    return killed, rounds


def _difference(found: Results, expected: Results) -> str:
    """The first file, or else the first table, that differs, and where."""
    for mine, right in zip(reversed(found), reversed(expected), strict=True):
        for name in sorted(mine.keys() | right.keys()):
            if mine.get(name) != right.get(name):
                lines = zip(_lines(mine.get(name)), _lines(right.get(name)), strict=False)
                return f"{name}: " + next((f"{one} and not {two}" for one, two in lines if one != two), "its length")
    return ""


def _lines(content: Any) -> list[Any]:
    return content.splitlines() if isinstance(content, bytes) else list(content or [])


def results(course: Path, gradebook: str | None = None) -> Results:
    """The rows of the gradebook (a db_url; the course's own file by default), and every file that was made, by path."""
    # Beside the verdicts stand what is kept for the next run and the log, which tell of the runs and not of the class.
    made = [path for name in ("verdicts/*", "autograded", "feedback") for path in course.glob(f"{name}/**/*")]
    files = {str(path.relative_to(course)): path.read_bytes() for path in made if path.is_file()}
    return rows(gradebook or course / "gradebook.db"), files


def _start(course: Path) -> subprocess.Popen[bytes]:
    empty = course / "empty.db"
    if not empty.exists():
        shutil.copy(course / "gradebook.db", empty)
    command = [sys.executable, "-m", "autograder.cli", "-C", str(course), "grade", "--json"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()


def _find(grader: int, victim: str) -> int | None:
    """A process of the grader's; None where there is none at the moment."""
    if victim == "grader":
        return grader
    workers = _children(grader)
    if victim == "worker":
        return workers[0] if workers else None
    jails = [child for worker in workers for child in _children(worker)]
    return jails[0] if jails else None


def _children(parent: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{parent}/task").iterdir()
        found = [int(number) for task in tasks for number in (task / "children").read_text().split()]
    except OSError:
        return []
    random.shuffle(found)
    return found


if __name__ == "__main__":
    main()
