"""Scores for elsewhere, as plug-ins: `nbgrader export --exporter autograder.lms.export.CanvasExport`.

Whoever needs another format derives from `CourseExport` and writes `save`.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import ExportPlugin
from sqlalchemy import or_
from sqlalchemy.orm import undefer
from traitlets import Unicode

from autograder.course import config, release
from autograder.course.config import Course
from autograder.course.release import ReleasedExercise
from autograder.errors import AutograderError
from autograder.gradebook import grades
from autograder.gradebook.connection import opened
from autograder.grading.intake import is_student
from autograder.model.grades import CellGrade, Grades, with_grades
from autograder.model.verdict import ExerciseVerdict, Verdict, read
from autograder.results import folders

from . import roster
from .roster import Person, Roster, without_form

_FORMULA = "=+-@＝＋－＠"


@dataclass(frozen=True)
class Score:
    """One student and one problem set; `raw` is None where nothing was graded.

    `student` is the id in the gradebook, of which the roster's may be another form.
    """

    problem_set: str
    person: Person
    max_score: float
    timestamp: str = ""
    raw: float | None = None
    penalty: float = 0
    needs_manual_grade: bool = False
    student: str = ""
    grades: Grades | None = None
    """By cell, with comments, where an exporter asks for them."""

    @property
    def score(self) -> float | None:
        """After the late penalty, never below 0."""
        return None if self.raw is None else max(0.0, self.raw - self.penalty)


class CourseExport(ExportPlugin):  # type: ignore[misc]
    """What our exporters share: the course, its students, their scores."""

    root = Unicode("", help="The course's folder; nbgrader's own by default.").tag(config=True)
    roster = Unicode("", help="A CSV of the students; roster.csv in the course's folder by default.").tag(config=True)
    default = "scores.csv"
    strangers: Sequence[str] = ()
    """After `scores`, a line for each graded student who is not in the roster as the gradebook has the id."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the scores to `to`."""
        scores = self.scores(gradebook)
        self.save(Path(self.to or self.default), scores)

    def save(self, path: Path, scores: Sequence[Score]) -> None:
        """Write the scores, by problem set and student, in this exporter's format."""
        raise NotImplementedError

    @cached_property
    def folder(self) -> Path:
        """The course's folder."""
        return Path(self.root or self.parent.coursedir.root)

    @cached_property
    def course(self) -> Course:
        """The course."""
        return config.load(self.folder)

    def scores(self, gradebook: Gradebook) -> list[Score]:
        """Every score, of those asked for by --assignment and --student."""
        rows = {(row.name, row.student_id): row for row in _rows(gradebook)}
        graded = _graded(gradebook)
        people = self._people(gradebook, {row.student_id for row in rows.values() if row.id in graded})
        found = []
        # Databases differ in where they put what has no due date.
        for assignment in sorted(gradebook.assignments, key=lambda item: (item.duedate or datetime.min, item.name)):
            if self.assignment and assignment.name not in map(str, self.assignment):
                continue
            for student, person in people:
                row = rows.get((assignment.name, student))
                if row is None or row.id not in graded:
                    found.append(Score(assignment.name, person, assignment.max_score, student=student))
                    continue
                found.append(
                    Score(
                        assignment.name,
                        person,
                        assignment.max_score,
                        row.timestamp.isoformat(sep=" ") if row.timestamp else "",
                        row.score,
                        row.late_submission_penalty or 0,
                        row.needs_manual_grade,
                        student,
                    )
                )
        return found

    def _people(self, gradebook: Gradebook, graded: Collection[str]) -> list[tuple[str, Person]]:
        """The gradebook's students, as the roster knows them, and those of the roster of whom nothing is there.

        Each with the id in the gradebook. An id of another form (007 for 7) is the roster's, unless both are graded.
        """
        listed = roster.of_course(self.folder, Path(self.roster) if self.roster else None) or Roster([])
        people = {
            row.id: Person(row.id, row.first_name or "", row.last_name or "", row.email or "", row.lms_user_id or "")
            for row in gradebook.students
        } | listed.people
        self.strangers = listed.strangers(graded) if listed.people else []
        forms = [without_form(student) for student in graded]
        for student in set(graded) - listed.people.keys():
            person = listed.listed(student)
            if person and forms.count(without_form(student)) == 1:
                del people[person.id]
                people[student] = person
        wanted = set(map(str, self.student))
        found = sorted(people.items(), key=lambda pair: pair[1].id)
        return [(student, person) for student, person in found if not wanted or wanted & {student, person.id}]

    def title(self, problem_set: str) -> str:
        """A problem set's title."""
        known = self.course.problem_sets.get(problem_set)
        return known.title if known else problem_set


def _rows(gradebook: Gradebook) -> Iterable[Any]:
    wanted = (
        SubmittedAssignment.score,
        SubmittedAssignment.late_submission_penalty,
        SubmittedAssignment.needs_manual_grade,
    )
    return gradebook.db.query(SubmittedAssignment).options(*map(undefer, wanted)).all()  # type: ignore[no-any-return]


def _graded(gradebook: Gradebook) -> set[str]:
    """The submissions with a score: nbgrader's rows come before, as with an extension."""
    query = gradebook.db.query(SubmittedNotebook.assignment_id).join(Grade, Grade.notebook_id == SubmittedNotebook.id)
    scored = query.filter(or_(Grade.auto_score.isnot(None), Grade.manual_score.isnot(None)))
    return {name for (name,) in scored.distinct()}


class CsvExport(CourseExport):
    """One line a student and problem set: nbgrader's own columns, and what still waits for a grade by hand."""

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
    """What Canvas' gradebook imports: a line a student, a column a problem set, a row of the points possible."""

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
    """What Moodle's grade import takes: students by id number and email address, a column a problem set."""

    default = "moodle.csv"

    def save(self, path: Path, scores: Sequence[Score]) -> None:
        """Write the CSV."""
        names, table = _table(scores)
        rows: list[list[Any]] = [["First name", "Last name", "ID number", "Email address", *map(self.title, names)]]
        for who, given in table:
            rows.append([who.first_name, who.last_name, who.id, who.email, *(given.get(one) for one in names)])
        _write_csv(path, rows)


class JsonExport(CourseExport):
    """A file a student: the scores, and of checks, points and comments by hand what the student's feedback shows."""

    default = "students"

    def scores(self, gradebook: Gradebook) -> list[Score]:
        """Every score, with its cells' grades and comments."""
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
                raise AutograderError(f"{student!r}: cannot be a file's name; rename the student in the gradebook")
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
            examples = {exercise.name: exercise.examples_id for exercise in released}
            comments = {exercise.name: exercise.solution_id for exercise in released}
            given = item.grades.comments if item.grades else {}
            shown["exercises"] = [
                _exercise(exercise, before.points, given.get(comments.get(exercise.name, ""), ""))
                for before, exercise in zip(
                    verdict.exercises, with_grades(verdict, item.grades, examples).exercises, strict=True
                )
            ]
            shown["remarks"] = [*verdict.repairs, *verdict.incidents]
        if item.grades:
            ours = {exercise.examples_id for exercise in released}
            shown["by_hand"] = [
                _by_hand(grade_id, cell, item.grades.comments.get(grade_id, ""))
                for grade_id, cell in item.grades.cells.items()
                if grade_id not in ours
            ]
        return shown

    @cached_property
    def _exercises(self) -> dict[str, tuple[ReleasedExercise, ...]]:
        """By problem set that has a release, its exercises."""
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


def _exercise(exercise: ExerciseVerdict, by_checks: float, comment: str) -> dict[str, Any]:
    """What the feedback page shows: neither the names of checks nor those of misconceptions."""
    return {
        "name": exercise.name,
        "status": exercise.status,
        "points": exercise.points,
        "points_of_checks": by_checks,
        "max_points": exercise.max_points,
        "note": exercise.note,
        "hint": exercise.hint,
        "comment": comment,
        "checks": [
            {
                "sentence": check.sentence,
                "passed": check.passed,
                "counted": check.counted,
                "points": check.points,
                "max_points": check.max_points,
                "reason": check.reason,
            }
            for check in exercise.checks
        ],
    }


def _by_hand(grade_id: str, cell: CellGrade, comment: str) -> dict[str, Any]:
    return {
        "cell": grade_id,
        "points": None if cell.waiting else cell.points,
        "max_points": cell.max_points,
        "extra_credit": cell.extra_credit,
        "comment": comment,
    }


EXPORTERS: dict[str, type[CourseExport]] = {
    "csv": CsvExport,
    "canvas": CanvasExport,
    "moodle": MoodleExport,
    "json": JsonExport,
}


@dataclass(frozen=True)
class Exported:
    """Where the scores stand, of how many students, and how many submissions still wait for a grade by hand.

    `strangers` holds a line for each graded student who is not in the roster.
    """

    path: str
    students: int
    waiting: int
    strangers: Sequence[str] = ()


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
        problem_sets: only these.
        into: the folder; exports/ in the course's by default.
        roster_file: in place of the course's roster.csv.

    Raises:
        AutograderError: an unknown form or problem set, or a file that cannot be read or written.
    """
    if form not in EXPORTERS:
        raise AutograderError(f"--format {form}: there is {', '.join(EXPORTERS)}")
    course = config.load(root)
    names = config.chosen(course, problem_sets) if problem_sets else []
    exporter = EXPORTERS[form](root=str(root), roster=str(roster_file or ""), assignment=names)
    path = (into or root / folders.EXPORTS) / exporter.default
    with opened(root, course) as gradebook:
        scores = exporter.scores(gradebook)
        try:
            exporter.save(path, scores)
        except OSError as error:
            raise AutograderError(f"{path}: cannot be written: {error.strerror}; choose another --into") from None
    waiting = sum(item.needs_manual_grade for item in scores)
    return Exported(str(path), len({item.person.id for item in scores}), waiting, exporter.strangers)


def _table(scores: Sequence[Score]) -> tuple[list[str], list[tuple[Person, dict[str, float | None]]]]:
    """The problem sets, and for each student the scores by problem set."""
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
    """A text that a spreadsheet would take for a formula gets an apostrophe; numbers are ours and stay."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, str) and (value.lstrip()[:1] in tuple(_FORMULA) or value[:1] in ("\t", "\r", "\n")):
        return f"'{value}"
    return value
