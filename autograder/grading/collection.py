"""Collects the hidden checks of a course as data, with pytest in a separate process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from autograder.course import handouts, layout
from autograder.errors import AutograderError

from .checks import exercise_of
from .items import is_bonus, points_of, sentence_of
from .pytest_environment import environment


class Check(msgspec.Struct, frozen=True):
    """One hidden check."""

    name: str
    points: float
    sentence: str
    bonus: bool = False


_EXERCISE = re.compile(r"(?m)^# %%.*\b(exercise|tests)=")

Checks = dict[str, dict[str, list[Check]]]
"""The checks, by problem set, then by exercise."""


def collect(root: Path, problem_sets: Sequence[str]) -> Checks:
    """Return all hidden checks of the problem sets.

    Raises:
        AutograderError: a file of checks does not load, or a file cannot be handed out.
    """
    folders = [str(root / "tests" / "hidden" / name) for name in problem_sets]
    for name, folder in zip(problem_sets, folders, strict=True):
        if not Path(folder).is_dir() and _is_checked(root / layout.SOLUTIONS / name / f"{name}.py"):
            raise AutograderError(
                "{folder}: no hidden checks; write {folder}/test_<exercise>.py for {name}", folder=folder, name=name
            )
        handouts.of(root, name)  # raises with a precise message; the process below would only fail
    folders = [folder for folder in folders if Path(folder).is_dir()]
    if not folders:
        return {}
    command = [sys.executable, "-m", "autograder.grading.collection", str(root), *folders]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    if done.returncode != 0 or not done.stdout.strip():
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise AutograderError("tests/hidden: a file of checks does not load: {why}", why=lines[-1] if lines else "?")
    return msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=Checks)


def worth(checks: Mapping[str, Sequence[Check]], bonus: bool = False) -> dict[str, float]:
    """Return the points of each exercise of one problem set without bonus points, or its bonus points alone."""
    return {
        exercise: sum(check.points for check in found if check.bonus == bonus) for exercise, found in checks.items()
    }


def _is_checked(text: Path) -> bool:
    """Return whether a problem set has exercises; one with written questions alone has no checks."""
    return not text.is_file() or _EXERCISE.search(text.read_text(encoding="utf-8")) is not None


class _Collector:
    def __init__(self) -> None:
        self.found: dict[str, dict[str, list[dict[str, object]]]] = {}
        self.problems: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            lines = [line for line in report.longreprtext.splitlines() if line.strip()]
            self.problems.append(f"{report.nodeid}: {lines[-1].removeprefix('E').strip() if lines else '?'}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            exercises = self.found.setdefault(item.path.parent.name, {})
            check = {"name": item.name, "points": points_of(item), "sentence": sentence_of(item)}
            check["bonus"] = is_bonus(item)
            exercises.setdefault(exercise_of(item.path), []).append(check)


def main(root: str, folders: list[str]) -> int:
    """Collect the checks and print them as JSON; return the exit code."""
    collector = _Collector()
    options = ["--collect-only", "-qq", "--import-mode=importlib", "--rootdir", root, "-c", os.devnull]
    options += ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "autograder.grading.checks"]
    pytest.main([*folders, *(item for item in options if item != "-qq")], plugins=[collector])
    if collector.problems:
        print(collector.problems[0])
        return 1
    print(json.dumps(collector.found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
