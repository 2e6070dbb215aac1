"""A class in which every tenth submission is one of the worst: all others get what they would get alone.

A small class has more of them, so that each kind is there, and every second at most is one.
Run it with: python -m benchmarks.worst
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.course import release
from autograder.grade import grade
from benchmarks import report
from benchmarks.workload import HERE

_CELLS = {
    "output": ["print('\N{GRINNING FACE}' * 262143)"] * 280,
    "crash": ["import os\nos._exit(3)"],
    "endless": ["while True: pass"],
    "memory": ["x = bytearray(1 << 40)"],
    "long cell": ["x = '" + "y" * 5_000_000 + "'"],
    "processes": ["import os\nwhile True: os.fork()"],
    "exits": ["raise SystemExit('[/x] \\x1b[2J')"],
}
_DATA = {"no JSON": b"{", "deep": b"[" * 100_000, "numbers": b'{"cells": [], "nbformat": 1e999}'}
_TIMES = {"week": "2026-W40-4", "before all time": "0001-01-01 00:00:00 +0900"}
_NAMES = {"no UTF-8": b"zo\xeb", "markup": b"[/x]", "escape": b"\x1b[2J"}
KINDS = [*_CELLS, *_DATA, *_TIMES, *_NAMES]
SHORT = 2 * len(KINDS)
"""Students of the smallest class that has each kind."""


def main() -> None:
    """Measure and tell."""
    options = report.arguments(__doc__ or "", students=(500, "students"))
    figures = run(options.students)
    report.tell(options, figures, list(figures), [tuple(figures.values())])


def run(students: int) -> dict[str, Any]:
    """Grade the class; how many of the others got what they get alone."""
    every = max(2, min(10, students // len(KINDS)))
    with tempfile.TemporaryDirectory(prefix="worst-") as folder:
        root = Path(shutil.copytree(HERE / "tests" / "tiny", Path(folder) / "tiny"))
        made = release.load(root, "ps1").notebook
        worst = 0
        for number in range(students):
            if number % every == every - 1:
                _hand_in_worst(root, made, number, KINDS[worst % len(KINDS)])
                worst += 1
            else:
                _hand_in(root, f"student-{number:04}".encode(), _with(made, [f"# {number}"]))
        alone = grade(root, students=["student-0000"]).rows[0].points
        began = time.monotonic()
        outcome = grade(root)
        seconds = time.monotonic() - began
    others = [row.points for row in outcome.rows if row.student.startswith("student-")]
    return {
        "submissions": students,
        "of the worst": worst,
        "kinds": min(worst, len(KINDS)),
        "named": len(outcome.problems),
        "others": students - worst,
        "others as alone": sum(points == alone for points in others),
        "seconds": seconds,
    }


def _hand_in_worst(root: Path, made: dict[str, Any], number: int, kind: str) -> None:
    name = f"worst-{number:04}".encode()
    if kind in _NAMES:
        name = _NAMES[kind] + name
    data = _DATA.get(kind) or _with(made, _CELLS.get(kind, []))
    _hand_in(root, name, data, _TIMES.get(kind, ""))


def _hand_in(root: Path, name: bytes, data: bytes, moment: str = "") -> None:
    folder = Path(os.fsdecode(os.fsencode(root / "submitted") + b"/" + name)) / "ps1"
    folder.mkdir(parents=True)
    (folder / "ps1.ipynb").write_bytes(data)
    if moment:
        (folder / "timestamp.txt").write_text(moment)


def _with(made: dict[str, Any], sources: list[str]) -> bytes:
    shape = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**shape, "id": f"own-{place}", "source": source} for place, source in enumerate(sources)]
    return json.dumps({**made, "cells": [*made["cells"], *cells]}).encode()


if __name__ == "__main__":
    main()
