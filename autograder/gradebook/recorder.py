"""Writes results into nbgrader's gradebook: the same rows as `nbgrader autograde` with our plug-in would write."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

import nbformat
import sqlalchemy
from nbgrader.api import (
    Comment,
    Grade,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution
from sqlalchemy import bindparam, insert, select, update

from autograder.course.config import Course
from autograder.course.release import Release
from autograder.errors import RunError
from autograder.model.grades import Grades
from autograder.model.person import Person

from . import grades, late
from .bonus import extra
from .connection import add_indexes, connected, unwritable
from .locking import hold_student, in_turn

# nbgrader's models add rows in an order that SQLAlchemy 2 warns about, once per submission.
warnings.filterwarnings(
    "ignore", category=sqlalchemy.exc.SAWarning, message="Object of type .* not in session, add operation along"
)

_SUBMISSION, _NOTEBOOK = SubmittedAssignment.__table__, SubmittedNotebook.__table__
_GRADE, _COMMENT = Grade.__table__, Comment.__table__

# nbgrader's models load whole collections to add one row, so rows are written directly. Every query uses an index, so
# that its time does not grow with the class. Queries are built once, since building takes longer than executing them.
_FIND_SUBMISSION = select(_SUBMISSION.c.id).where(
    _SUBMISSION.c.assignment_id == bindparam("assignment"), _SUBMISSION.c.student_id == bindparam("student")
)
_FIND_NOTEBOOK = select(_NOTEBOOK.c.id).where(
    _NOTEBOOK.c.notebook_id == bindparam("notebook"), _NOTEBOOK.c.assignment_id == bindparam("submission")
)
_FIND_GRADES = (
    select(_GRADE.c.cell_id, _GRADE.c.id, _GRADE.c.manual_score, _GRADE.c.extra_credit)
    .where(_GRADE.c.cell_id.in_(bindparam("cells", expanding=True)), _GRADE.c.notebook_id == bindparam("place"))
    .order_by(_GRADE.c.id)
    .with_for_update(key_share=True)
)
_FIND_COMMENTS = select(_COMMENT.c.cell_id, _COMMENT.c.id, _COMMENT.c.auto_comment).where(
    _COMMENT.c.cell_id.in_(bindparam("cells", expanding=True)), _COMMENT.c.notebook_id == bindparam("place")
)
_ADD_SUBMISSION, _ADD_NOTEBOOK = insert(_SUBMISSION), insert(_NOTEBOOK)
_ADD_GRADE, _ADD_COMMENT = insert(_GRADE), insert(_COMMENT)
_SET_TIMESTAMP = (
    update(_SUBMISSION).where(_SUBMISSION.c.id == bindparam("row")).values(timestamp=bindparam("handed_in"))
)
_TAKE_PENALTY_BACK = update(_NOTEBOOK).where(_NOTEBOOK.c.id == bindparam("row")).values(late_submission_penalty=None)
_SET_GRADE = (
    update(_GRADE)
    .where(_GRADE.c.id == bindparam("row"))
    .values(auto_score=bindparam("score"), needs_manual_grade=bindparam("must_look"))
)
_SET_EXTRA = update(_GRADE).where(_GRADE.c.id == bindparam("row")).values(extra_credit=bindparam("credit"))
_SET_COMMENT = update(_COMMENT).where(_COMMENT.c.id == bindparam("row")).values(auto_comment=bindparam("comment"))


_FIELDS = {"first_name": "first_name", "last_name": "last_name", "email": "email", "lms_user_id": "lms_id"}
"""The fields of nbgrader's students, with those of a `Person`."""


@dataclass(frozen=True)
class _Cells:
    """nbgrader's ids of a problem set: its assignment, its notebook, and its cells by kind and grade id."""

    assignment: str
    notebook: str
    graded: dict[str, str]
    written: dict[str, str]


class Recorder:
    """Writes to an open gradebook; a context manager. Other processes can use the gradebook at the same time.

    Args:
        course: the course, with its gradebook, name, due dates and time zone.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self._db_url = course.gradebook
        self._cells: dict[str, _Cells] = {}
        try:
            self._gradebook = connected(self._db_url, course.name)
            add_indexes(self._gradebook)
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise unwritable(self._db_url, error) from None

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gradebook.close()

    def register(self, release: Release) -> None:
        """Register the assignment and its cells, as `nbgrader generate_assignment` does.

        Raises:
            AutograderError: cells were added or removed while there are submissions.
        """
        name = release.problem_set
        if name in self._cells:
            return
        due = self._course.due_of(name)
        try:
            try:
                late.set_due(self._gradebook, name, due)
            except MissingEntry:
                self._gradebook.add_assignment(name, duedate=due)
            if not self._up_to_date(release):
                from nbgrader.preprocessors import SaveCells  # takes 0.1 s, and only a new or changed release needs it

                notebook = nbformat.from_dict(release.notebook)
                SaveCells().preprocess(
                    notebook, {"nbgrader": {"notebook": name, "assignment": name, "db_url": self._db_url}}
                )
                self._gradebook.db.expire_all()
            known_notebook = self._gradebook.find_notebook(name, name)
            graded = {cell.name: cell.id for cell in known_notebook.grade_cells}
            written = {cell.name: cell.id for cell in known_notebook.solution_cells}
            self._cells[name] = _Cells(known_notebook.assignment_id, known_notebook.id, graded, written)
            self._gradebook.db.commit()  # an open transaction would block changes of the tables
        except RuntimeError as error:
            raise RunError(
                "{path}: {error}; undo the change of its cells, or rename it", path=release.path, error=error
            ) from None
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise unwritable(self._db_url, error) from None

    def _up_to_date(self, release: Release) -> bool:
        try:
            notebook = self._gradebook.find_notebook(release.problem_set, release.problem_set)
        except MissingEntry:
            return False
        stored = {cell.name: (cell.checksum, cell.source) for cell in notebook.source_cells}
        wanted = {
            cell.grade_id: (cell.raw["metadata"]["nbgrader"].get("checksum"), cell.source)
            for cell in release.cells.values()
        }
        return stored == wanted

    def record(
        self,
        student: str,
        problem_set: str,
        notebook: Any,
        handed_in: datetime | None,
        bonus: Mapping[str, float] = {},
    ) -> None:
        """Write one autograded notebook's scores in one transaction; scores and extra credit given by hand are kept.

        Args:
            student: nbgrader's student id.
            problem_set: the name of nbgrader's assignment and of its notebook.
            notebook: the autograded notebook, with a score in the output of each examples cell.
            handed_in: the time of submission in UTC, without a time zone; None if it is unknown.
            bonus: the bonus points by grade id, which are added to the extra credit given by hand.
        """
        cells = self._cells[problem_set]
        scores: dict[str, float | None] = {}
        comments: dict[str, str | None] = {}
        for cell in notebook.cells:
            if is_grade(cell):
                scores[cells.graded[cell.metadata.nbgrader["grade_id"]]] = determine_grade(cell)[0]
            if is_solution(cell):
                unchanged = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
                comments[cells.written[cell.metadata.nbgrader["grade_id"]]] = "No response." if unchanged else None

        def write() -> None:
            hold_student(self._gradebook.db, student)
            place, is_new = self._place(student, problem_set, handed_in)
            there = {"cells": [*scores, *comments], "place": place}
            found = [] if is_new else self._gradebook.db.execute(_FIND_COMMENTS, there)
            known = {cell: (row, text) for cell, row, text in found}
            texts = {cell: text for cell, (_, text) in known.items()}
            more = {cells.graded[name]: points for name, points in bonus.items() if name in cells.graded}
            extras = self._write_scores(place, scores, is_new, more, texts)
            self._write_comments(place, comments | extras, {cell: row for cell, (row, _) in known.items()})
            if self._course.late_of(problem_set).per_day is not None:
                late.settle(self._course, self._gradebook, student, problem_set)

        try:
            in_turn(self._gradebook.db, write)
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise unwritable(self._db_url, error) from None

    def _place(self, student: str, problem_set: str, handed_in: datetime | None) -> tuple[str, bool]:
        """Return the id of the student's notebook, and whether it is new; missing rows are created."""
        database, cells = self._gradebook.db, self._cells[problem_set]
        submission = database.execute(_FIND_SUBMISSION, {"assignment": cells.assignment, "student": student}).scalar()
        if submission is None:
            submission = new_uuid()
            moment = {"timestamp": handed_in} if handed_in else {}
            values = {"id": submission, "assignment_id": cells.assignment, "student_id": student, **moment}
            database.execute(_ADD_SUBMISSION, values)
        elif handed_in:
            database.execute(_SET_TIMESTAMP, {"row": submission, "handed_in": handed_in})
        place = database.execute(_FIND_NOTEBOOK, {"notebook": cells.notebook, "submission": submission}).scalar()
        if place is None:
            place = new_uuid()
            database.execute(_ADD_NOTEBOOK, {"id": place, "notebook_id": cells.notebook, "assignment_id": submission})
            return str(place), True
        database.execute(_TAKE_PENALTY_BACK, {"row": place})
        return str(place), False

    def _write_scores(
        self,
        place: str,
        scores: Mapping[str, float | None],
        is_new: bool,
        bonus: Mapping[str, float],
        texts: Mapping[str, str | None],
    ) -> dict[str, str | None]:
        """Set the automatic scores; cells that were or have to be graded by hand are marked for manual grading.

        The rows are locked when they are read, so that a score given by hand at the same time is not lost.

        Returns:
            The automatic comments on the cells with bonus points; `texts` are the earlier ones.
        """
        there = {"cells": list(scores), "place": place}
        found = [] if is_new else self._gradebook.db.execute(_FIND_GRADES, there)
        known = {cell: rest for cell, *rest in found}
        new, old, credits, comments = [], [], [], dict[str, str | None]()
        for cell, score in scores.items():
            row, by_hand, credit = known.get(cell, (None, None, None))
            must_look = by_hand is not None or score is None
            more = extra(credit, texts.get(cell), bonus.get(cell, 0.0))
            if more:
                comments[cell] = more.comment
            if row is None:
                values = {"auto_score": score, "needs_manual_grade": must_look}
                values["extra_credit"] = more.credit if more else None
                new.append({"id": new_uuid(), "notebook_id": place, "cell_id": cell, **values})
            else:
                old.append({"row": row, "score": score, "must_look": must_look})
                credits += [{"row": row, "credit": more.credit}] if more else []
        self._write((_ADD_GRADE, new), (_SET_GRADE, old), (_SET_EXTRA, credits))
        return comments

    def _write_comments(self, place: str, comments: Mapping[str, str | None], known: Mapping[str, str]) -> None:
        new, old = [], []
        for cell, comment in comments.items():
            if cell in known:
                old.append({"row": known[cell], "comment": comment})
            else:
                new.append({"id": new_uuid(), "notebook_id": place, "cell_id": cell, "auto_comment": comment})
        self._write((_ADD_COMMENT, new), (_SET_COMMENT, old))

    def _write(self, *changes: tuple[Any, list[dict[str, Any]]]) -> None:
        for statement, rows in changes:
            if rows:
                self._gradebook.db.execute(statement, rows)

    def grades_of(self, student: str, problem_set: str) -> Grades | None:
        """Return the grades and comments of a submission in the gradebook; None if it has neither."""
        try:
            found = grades.read(self._gradebook.db, student, problem_set)
            self._gradebook.db.commit()
            return found
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise unwritable(self._db_url, error) from None

    def name_students(self, person_of: Callable[[str], Person | None]) -> None:
        """Set the names, email addresses and LMS ids of the students in the gradebook.

        Args:
            person_of: returns the person with a student's id, if known; an empty field is left unchanged.
        """

        def write() -> None:
            for student in self._gradebook.db.scalars(select(Student)):
                person = person_of(student.id)
                for field, of_person in _FIELDS.items() if person else ():
                    text = getattr(person, of_person)
                    if text and getattr(student, field) != text:
                        setattr(student, field, text)

        try:
            in_turn(self._gradebook.db, write)
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise unwritable(self._db_url, error) from None

    def export(self) -> list[dict[str, Any]]:
        """Return student, problem set, score and maximum of every submission, as nbgrader computes them."""
        rows = []
        for assignment in self._gradebook.assignments:
            for submission in sorted(assignment.submissions, key=lambda item: item.student_id):
                rows.append(
                    {
                        "assignment": assignment.name,
                        "student_id": submission.student_id,
                        "score": submission.score,
                        "max_score": submission.max_score,
                        "needs_manual_grade": submission.needs_manual_grade,
                    }
                )
        return rows
