"""Exports scores, as nbgrader plug-ins: `nbgrader export --exporter autograder.lms.export.CanvasExport`.

For another format, derive from `CourseExport` and implement `save`.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from nbgrader.api import Gradebook

from autograder.course import config, release
from autograder.course.release import ReleasedExercise
from autograder.errors import AutograderError
from autograder.gradebook import grades
from autograder.gradebook.connection import opened
from autograder.grading.intake import is_student
from autograder.language.staff import list_for_staff
from autograder.model.grades import Grades, with_grades
from autograder.model.person import Person
from autograder.model.verdict import ExerciseVerdict, Verdict, read
from autograder.results import folders

from .scores import CourseExport, Score

_FORMULA = "=+-@＝＋－＠"


class CsvExport(CourseExport):
    """One row per student and problem set: nbgrader's columns, and whether a grade by hand is still needed."""

    def save(self, path: Path, scores: Sequence[Score]) -> None:
        """Write the CSV."""
        header = "assignment,timestamp,student_id,last_name,first_name,email"
        header += ",raw_score,late_submission_penalty,score,max_score,needs_manual_grade"
        rows: list[list[Any]] = [header.split(",")]
        for item in scores:
            who = item.person
            rows.append(
                [
                    *(item.problem_set, item.timestamp, who.id, who.last_name, who.first_name, who.email),
                    *(item.raw or 0.0, item.penalty, item.score or 0.0, item.max_score, int(item.needs_manual_grade)),
                ]
            )
        _write_csv(path, rows)


class CanvasExport(CourseExport):
    """The format of Canvas' gradebook import: a row per student, a column per problem set, a row of points possible."""

    default = "canvas.csv"

    def save(self, path: Path, scores: Sequence[Score]) -> None:
        """Write the CSV."""
        names, table = _table(scores)
        heads = [self._head(name) for name in names]
        rows: list[list[Any]] = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *heads]]
        rows.append(["    Points Possible", "", "", "", "", *(_points(scores, name) for name in names)])
        for who, given in table:
            name = f"{who.last_name}, {who.first_name}" if who.last_name and who.first_name else who.last_name or who.id
            rows.append(
                [name, who.lms_id, who.sis_user_id, who.sis_login_id, who.section, *(given.get(one) for one in names)]
            )
        _write_csv(path, rows)

    def _head(self, name: str) -> str:
        known = self.course.problem_sets.get(name)
        return f"{self.title(name)} ({known.canvas_id})" if known and known.canvas_id else self.title(name)


class MoodleExport(CourseExport):
    """The format of Moodle's grade import: students by id number and email address, a column per problem set."""

    default = "moodle.csv"

    def save(self, path: Path, scores: Sequence[Score]) -> None:
        """Write the CSV."""
        names, table = _table(scores)
        rows: list[list[Any]] = [["First name", "Last name", "ID number", "Email address", *map(self.title, names)]]
        for who, given in table:
            rows.append([who.first_name, who.last_name, who.id, who.email, *(given.get(one) for one in names)])
        _write_csv(path, rows)


class JsonExport(CourseExport):
    """A file per student: scores, and the checks, points and comments by hand as in the student's feedback."""

    default = "students"

    def scores(self, gradebook: Gradebook) -> list[Score]:
        """Return every score, with the grades and comments of its cells."""
        return [
            replace(item, grades=grades.read(gradebook.db, item.student or item.person.id, item.problem_set))
            for item in super().scores(gradebook)
        ]

    def save(self, path: Path, scores: Sequence[Score]) -> None:
        """Write the files into the folder `path`."""
        of_student: dict[str, list[Score]] = {}
        for item in scores:
            of_student.setdefault(item.person.id, []).append(item)
        for student, mine in of_student.items():
            if not is_student(student):
                raise AutograderError(
                    "{student!r}: cannot be a file's name; rename the student in the gradebook", student=student
                )
            data = {
                "course": self.course.name,
                "student": student,
                "first_name": mine[0].person.first_name,
                "last_name": mine[0].person.last_name,
                "problem_sets": [self._problem_set(item) for item in mine],
            }
            folders.write(path / f"{student}.json", msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")

    def _problem_set(self, item: Score) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "name": item.problem_set,
            "title": self.title(item.problem_set),
            "submitted": item.timestamp or None,
            "raw_score": item.raw,
            "late_submission_penalty": item.penalty,
            "score": item.score,
            "max_score": item.max_score,
            "needs_manual_grade": item.needs_manual_grade,
        }
        released = self._exercises.get(item.problem_set, ())
        verdict = self._verdict(item)
        if verdict:
            shown["exercises"] = _exercises(verdict, item.grades, released)
            shown["remarks"] = [*verdict.repairs, *verdict.incidents]
        if item.grades:
            shown["by_hand"] = _by_hand(item.grades, released)
        return shown

    @cached_property
    def _exercises(self) -> dict[str, tuple[ReleasedExercise, ...]]:
        """Return the exercises of each problem set that has a release, by name."""
        found = {}
        for name in self.course.problem_sets:
            with contextlib.suppress(AutograderError):
                found[name] = release.load(self.folder, name).exercises
        return found

    def _verdict(self, item: Score) -> Verdict | None:
        try:
            return read(folders.verdict(self.folder, item.student or item.person.id, item.problem_set))
        except (OSError, msgspec.MsgspecError):
            return None


def _exercises(verdict: Verdict, grades: Grades | None, released: Sequence[ReleasedExercise]) -> list[dict[str, Any]]:
    """Return the exercises, with the gradebook's points and the comments on their code.

    Args:
        verdict: the results of the checks.
        grades: the gradebook's grades; None if it has none.
        released: the exercises of the release; empty if there is no release.
    """
    examples = {exercise.name: exercise.examples_id for exercise in released}
    solutions = {exercise.name: exercise.solution_id for exercise in released}
    comments = grades.comments if grades else {}
    return [
        _exercise(exercise, before.points, comments.get(solutions.get(exercise.name, ""), ""))
        for before, exercise in zip(verdict.exercises, with_grades(verdict, grades, examples).exercises, strict=True)
    ]


def _by_hand(grades: Grades, released: Sequence[ReleasedExercise]) -> list[dict[str, Any]]:
    """Return the cells that are graded by hand only; `points` is None if one is not graded yet."""
    examples = {exercise.examples_id for exercise in released}
    return [
        {
            "cell": grade_id,
            "points": None if cell.waiting else cell.points,
            "max_points": cell.max_points,
            "extra_credit": cell.extra_credit,
            "comment": grades.comments.get(grade_id, ""),
        }
        for grade_id, cell in grades.cells.items()
        if grade_id not in examples
    ]


def _exercise(exercise: ExerciseVerdict, by_checks: float, comment: str) -> dict[str, Any]:
    """Return an exercise without the names of its checks and misconceptions, which students must not see."""
    return {
        "name": exercise.name,
        "status": exercise.status,
        "points": exercise.points,
        "points_of_checks": by_checks,
        "max_points": exercise.max_points,
        "bonus": exercise.bonus,
        "max_bonus": exercise.max_bonus,
        "note": exercise.note,
        "hint": exercise.hint,
        "comment": comment,
        "checks": [
            {
                "sentence": check.sentence,
                "passed": check.passed,
                "counted": check.counted,
                "bonus": check.bonus,
                "points": check.points,
                "max_points": check.max_points,
                "reason": check.reason,
            }
            for check in exercise.checks
        ],
    }


EXPORTERS: dict[str, type[CourseExport]] = {
    "csv": CsvExport,
    "canvas": CanvasExport,
    "moodle": MoodleExport,
    "json": JsonExport,
}


@dataclass(frozen=True)
class Exported:
    """Path of the scores, number of students, and number of submissions that still need a grade by hand.

    `not_in_roster` holds a line for each graded student whose id is not in the roster.
    """

    path: str
    students: int
    waiting: int
    not_in_roster: Sequence[str] = ()


def export(
    root: Path,
    form: str,
    problem_sets: Sequence[str] | None = None,
    *,
    into: Path | None = None,
    roster_file: Path | None = None,
) -> Exported:
    """Write the scores of the gradebook into a folder.

    Args:
        root: the course's folder.
        form: one of `EXPORTERS`.
        problem_sets: the problem sets to export; all by default.
        into: the folder to write to; exports/ in the course's folder by default.
        roster_file: a roster to use instead of the course's roster.csv.

    Raises:
        AutograderError: an unknown form or problem set, or a file that cannot be read or written.
    """
    if form not in EXPORTERS:
        raise AutograderError(
            "--format {form}: no such format; choose one of {known}", form=form, known=list_for_staff(EXPORTERS)
        )
    course = config.load(root)
    names = config.chosen(course, problem_sets) if problem_sets else []
    exporter = EXPORTERS[form](root=str(root), roster=str(roster_file or ""), assignment=names)
    path = (into or root / folders.EXPORTS) / exporter.default
    with opened(course) as gradebook:
        scores = exporter.scores(gradebook)
        try:
            exporter.save(path, scores)
        except OSError as error:
            raise AutograderError(
                "{path}: cannot be written: {why}; choose another --into", path=path, why=error.strerror
            ) from None
    waiting = sum(item.needs_manual_grade for item in scores)
    return Exported(str(path), len({item.person.id for item in scores}), waiting, exporter.not_in_roster)


def _table(scores: Sequence[Score]) -> tuple[list[str], list[tuple[Person, dict[str, float | None]]]]:
    """Return the problem sets, and for each student the scores by problem set."""
    names = list(dict.fromkeys(item.problem_set for item in scores))
    rows: dict[str, tuple[Person, dict[str, float | None]]] = {}
    for item in scores:
        rows.setdefault(item.person.id, (item.person, {}))[1][item.problem_set] = item.score
    return names, list(rows.values())


def _points(scores: Sequence[Score], problem_set: str) -> float:
    return next(item.max_score for item in scores if item.problem_set == problem_set)


def _write_csv(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)
    folders.write(path, text.getvalue().encode())


def _cell(value: Any) -> Any:
    """Return a cell's value, with an apostrophe before a text that a spreadsheet would read as a formula."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, str) and (value.lstrip()[:1] in tuple(_FORMULA) or value[:1] in ("\t", "\r", "\n")):
        return f"'{value}"
    return value
