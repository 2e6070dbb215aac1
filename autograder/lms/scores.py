"""The scores of a course by problem set and student, as an exporter of nbgrader's gets them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import ExportPlugin
from sqlalchemy import or_
from sqlalchemy.orm import undefer
from traitlets import Unicode

from autograder.course import config
from autograder.course.config import Course
from autograder.model.grades import Grades

from . import roster
from .roster import Person, Roster, without_form


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
