"""Runs the demo in its own folder: builds the course, creates submissions, grades, exports and compares."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from autograder import terminal
from autograder.course import config, nbgrader, release
from autograder.diagnosis import misconceptions
from autograder.errors import AutograderError
from autograder.grade import Outcome, grade
from autograder.grading import inputs
from autograder.grading.collection import collect
from autograder.language import number
from autograder.language.staff import ENGLISH, for_staff, for_staff_noop, staff_language
from autograder.release.build import build
from autograder.release.proofs import made
from autograder.results import folders

from . import student

_MARKER = ".made-by-autograder-demo"


@dataclass(frozen=True)
class Row:
    """One submission: the score expected, given by `grade` and exported by nbgrader; None if it must be refused."""

    student: str
    problem_set: str
    about: str
    expected: float | None
    given: float | None
    exported: float | None
    remark: str

    @property
    def right(self) -> bool:
        """Return whether all three agree."""
        return self.expected == self.given == self.exported


def run(root: Path, folder: Path, jobs: int | None = None, students: Sequence[student.Student] | None = None) -> bool:
    """Run the demo and print its results; return whether every score is as expected.

    Args:
        root: the course's folder, which is not changed.
        folder: the folder to work in; it is emptied.
        jobs: the number of worker processes; one per core by default.
        students: the class; the one in tests/demo/students.py by default.

    Raises:
        AutograderError: the course does not build, or `folder` contains other files than those of a demo.
    """
    course = config.load(root)
    pupils = students if students is not None else student.load(root / "tests" / "demo" / "students.py")
    names = [name for name in course.problem_sets if any(name in pupil.problem_sets for pupil in pupils)]
    _copy(root, folder, names)
    with terminal.bar("Building") as bar:
        bar.started(len(names))
        build(folder, names, report=bar.advanced)
    checks = collect(folder, names)
    for name in names:
        solutions = made.solutions(folder, name)
        known = misconceptions.load(folder / "solutions" / name / "misconceptions.py")
        for pupil in pupils:
            if name in pupil.problem_sets:
                pupil.hand_in(folder / nbgrader.SUBMITTED, release.load(folder, name), solutions, known)
    began = time.monotonic()
    with terminal.bar("Grading") as bar:
        outcome = grade(
            folder,
            names,
            jobs=jobs,
            started=bar.started,
            advanced=lambda verdict: bar.advanced(verdict.student if verdict else ""),
        )
    seconds = time.monotonic() - began
    exported = _export(folder)
    worth = {
        name: {exercise: {item.name: item.points for item in found} for exercise, found in checks[name].items()}
        for name in names
    }
    rows = [_row(pupil, name, worth[name], outcome, exported) for pupil in pupils for name in pupil.problem_sets]
    return _show(rows, folder, seconds)


def _copy(root: Path, folder: Path, problem_sets: Sequence[str]) -> None:
    if folder.exists():
        if any(folder.iterdir()) and not (folder / _MARKER).is_file():
            raise AutograderError(
                "{folder}: is not empty and not of an earlier demo; name another with --into DIR", folder=folder
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARKER).touch()
    for path in inputs.for_building(root, problem_sets):
        copy = folder / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)


def _export(folder: Path) -> dict[tuple[str, str], float]:
    """Return the scores by student and problem set, as nbgrader's own exporter writes them to grades.csv."""
    command = [sys.executable, "-m", "nbgrader", "export", "--to", "grades.csv"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    path = folder / "grades.csv"
    if done.returncode != 0 or not path.is_file():
        lines = done.stderr.strip().splitlines()
        raise AutograderError("{folder}: nbgrader export fails: {why}", folder=folder, why=lines[-1] if lines else "?")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # A student's other problem sets, which were not handed in, have rows with a score of 0; these are skipped.
    return {
        (row["student_id"], row["assignment"]): float(row["score"]) for row in rows if row["timestamp"] or row["score"]
    }


def _row(
    pupil: student.Student,
    name: str,
    points: dict[str, dict[str, float]],
    outcome: Outcome,
    exported: dict[tuple[str, str], float],
) -> Row:
    verdict = next((item for item in outcome.verdicts if (item.student, item.problem_set) == (pupil.name, name)), None)
    place = f"/{pupil.name}/{name}"
    if pupil.refused:
        problem = next((line for line in outcome.problems if place in line), "")
        said = staff_language() != ENGLISH or pupil.refused in problem  # the reason is given in English
        given = None if said and verdict is None else (verdict.score if verdict else -1.0)
        return Row(pupil.name, name, pupil.about, None, given, given, problem.rpartition(place)[2].lstrip("/"))
    expected = pupil.expected(points)
    if verdict is None:
        problem = next((line for line in outcome.problems if place in line), for_staff("not graded"))
        return Row(pupil.name, name, pupil.about, expected, None, None, problem)
    notes = [item.note or item.hint for item in verdict.exercises if item.note or item.hint]
    reasons = [check.reason for item in verdict.exercises for check in item.checks if not check.passed]
    remark = [*notes, *verdict.incidents, *verdict.repairs, *reasons, ""][0]
    return Row(pupil.name, name, pupil.about, expected, verdict.score, exported.get((pupil.name, name)), remark)


_COLUMNS = (
    *(for_staff_noop("student"), for_staff_noop("set"), for_staff_noop("what is handed in")),
    *(for_staff_noop("expected"), for_staff_noop("given"), for_staff_noop("export"), ""),
    for_staff_noop("first remark"),
)


def _show(rows: Sequence[Row], folder: Path, seconds: float) -> bool:
    def shown(points: float | None) -> str:
        return for_staff("refused") if points is None else number(points)

    terminal.table(
        _COLUMNS,
        [
            (
                row.student,
                row.problem_set,
                row.about,
                shown(row.expected),
                shown(row.given),
                shown(row.exported),
                Text("✓", style="green") if row.right else Text("✗", style="red"),
                row.remark,
            )
            for row in rows
        ],
        right=_COLUMNS[3:6],
    )
    wrong = sum(not row.right for row in rows)
    terminal.say(
        "{count} submissions of {students} students in {seconds:.1f} s: {right} as expected, {wrong} not",
        count=len(rows),
        students=len({row.student for row in rows}),
        seconds=seconds,
        right=len(rows) - wrong,
        wrong=wrong,
    )
    first = next((row for row in rows if row.given is not None), None)
    if first:
        terminal.say("feedback, for example: {path}", path=folders.feedback(folder, first.student, first.problem_set))
    terminal.say(
        "gradebook: {gradebook}; scores: {scores}; verdicts: {verdicts}/",
        gradebook=folder / "gradebook.db",
        scores=folder / "grades.csv",
        verdicts=folder / "verdicts",
    )
    return wrong == 0
