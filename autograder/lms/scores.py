"""The scores of a course by problem set and student, as passed to nbgrader's exporters."""

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
from autograder.model.person import Person

from . import roster
from .roster import Roster, normalized_id


@dataclass(frozen=True)
class Score:
    """The score of one student for one problem set; `raw` is None if nothing was graded.

    `student` is the id in the gradebook; the roster may have another form of it (007 for 7).
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
    """Grades by cell, with comments, if the exporter needs them."""

    @property
    def score(self) -> float | None:
        """Return the score after the late penalty, never below 0; None if nothing was graded."""
        return None if self.raw is None else max(0.0, self.raw - self.penalty)


class CourseExport(ExportPlugin):  # type: ignore[misc]
    """Base class of our exporters, with the course, its students and their scores."""

    root = Unicode("", help="The course's folder; nbgrader's own by default.").tag(config=True)
    roster = Unicode("", help="A CSV of the students; roster.csv in the course's folder by default.").tag(config=True)
    default = "scores.csv"
    not_in_roster: Sequence[str] = ()
    """Set by `scores`: a line for each graded student whose id in the gradebook is not in the roster."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the scores to `to`."""
        scores = self.scores(gradebook)
        self.save(Path(self.to or self.default), scores)

    def save(self, path: Path, scores: Sequence[Score]) -> None:
        """Write the scores, by problem set and student, in this exporter's format."""
        raise NotImplementedError

    @cached_property
    def folder(self) -> Path:
        """Return the course's folder."""
        return Path(self.root or self.parent.coursedir.root)

    @cached_property
    def course(self) -> Course:
        """Return the course."""
        return config.load(self.folder)

    def scores(self, gradebook: Gradebook) -> list[Score]:
        """Return every score, limited to --assignment and --student if these are given."""
        rows = {(row.name, row.student_id): row for row in _rows(gradebook)}
        graded = _graded(gradebook)
        people = self._people(gradebook, {row.student_id for row in rows.values() if row.id in graded})
        found = []
        # Sorted here, since databases differ in where they sort rows without a due date.
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
        """Return the gradebook's students, with the roster's data, and the roster's students without a row.

        Each has its id in the gradebook. An id in another form (007 for 7) means the roster's student, unless both are
        graded.
        """
        listed = roster.of_course(self.folder, Path(self.roster) if self.roster else None) or Roster([])
        people = {
            row.id: Person(row.id, row.first_name or "", row.last_name or "", row.email or "", row.lms_user_id or "")
            for row in gradebook.students
        } | listed.people
        self.not_in_roster = listed.not_in_roster(graded) if listed.people else []
        forms = [normalized_id(student) for student in graded]
        for student in set(graded) - listed.people.keys():
            person = listed.find_by_id(student)
            if person and forms.count(normalized_id(student)) == 1:
                del people[person.id]
                people[student] = person
        wanted = set(map(str, self.student))
        found = sorted(people.items(), key=lambda pair: pair[1].id)
        return [(student, person) for student, person in found if not wanted or wanted & {student, person.id}]

    def title(self, problem_set: str) -> str:
        """Return a problem set's title."""
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
    """Return the ids of submissions with a score: nbgrader also adds rows without one, for example for an extension."""
    query = gradebook.db.query(SubmittedNotebook.assignment_id).join(Grade, Grade.notebook_id == SubmittedNotebook.id)
    scored = query.filter(or_(Grade.auto_score.isnot(None), Grade.manual_score.isnot(None)))
    return {name for (name,) in scored.distinct()}
