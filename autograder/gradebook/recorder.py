"""The one writer of nbgrader's gradebook: the rows that `nbgrader autograde` with our plug-in would write."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import UTC
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
import sqlalchemy
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution

from autograder.course.config import Course
from autograder.course.nbgrader import put_tools_on_path
from autograder.course.release import Release
from autograder.errors import AutograderError

from . import late

# nbgrader's models add rows in an order that SQLAlchemy 2 remarks upon, once for each submission.
warnings.filterwarnings(
    "ignore", category=sqlalchemy.exc.SAWarning, message="Object of type .* not in session, add operation along"
)


class Recorder:
    """A gradebook held open; a context manager. Not for use from several processes at once.

    Args:
        db_url: nbgrader's own.
        course: for its name, due dates and time zone.
    """

    def __init__(self, db_url: str, course: Course) -> None:
        self._course = course
        self._db_url = db_url
        put_tools_on_path()
        try:
            self._gradebook = Gradebook(db_url, course.name)
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise _cannot(db_url, error) from None

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gradebook.close()

    def register(self, release: Release) -> None:
        """Make the assignment and its cells known, as `nbgrader generate_assignment` does.

        Raises:
            AutograderError: cells were added or removed while there are submissions.
        """
        name = release.problem_set
        due = self._course.problem_sets[name].due
        duedate = (
            due.replace(tzinfo=ZoneInfo(self._course.timezone)).astimezone(UTC).replace(tzinfo=None) if due else None
        )
        try:
            known = {assignment.name: assignment.duedate for assignment in self._gradebook.assignments}
            if name not in known or known[name] != duedate:
                self._gradebook.update_or_create_assignment(name, duedate=duedate)
            if not self._up_to_date(release):
                notebook = nbformat.from_dict(release.notebook)
                SaveCells().preprocess(
                    notebook, {"nbgrader": {"notebook": name, "assignment": name, "db_url": self._db_url}}
                )
                self._gradebook.db.expire_all()
        except RuntimeError as error:
            raise AutograderError(
                f"{release.path}: {error}; undo the change of its cells, or give it a new name"
            ) from None
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise _cannot(self._db_url, error) from None

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

    def record(self, student: str, problem_set: str, notebook: Any, timestamp: str | None) -> None:
        """Write one autograded notebook's scores; what was given by hand stays.

        Args:
            student: nbgrader's student id.
            problem_set: nbgrader's assignment, and its notebook.
            notebook: the autograded notebook, with a score in the output of each examples cell.
            timestamp: when it was handed in.
        """
        gradebook = self._gradebook
        try:
            gradebook.update_or_create_student(student)
            more: Mapping[str, Any] = {"timestamp": timestamp} if timestamp else {}
            gradebook.update_or_create_submission(problem_set, student, **more)
            submitted = gradebook.find_submission_notebook(problem_set, problem_set, student)
            grades = {grade.name: grade for grade in submitted.grades}
            comments = {comment.name: comment for comment in submitted.comments}
            for cell in notebook.cells:
                if is_grade(cell):
                    grade = grades[cell.metadata.nbgrader["grade_id"]]
                    grade.auto_score = determine_grade(cell)[0]
                    grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
                if is_solution(cell):
                    unchanged = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
                    comments[cell.metadata.nbgrader["grade_id"]].auto_comment = "No response." if unchanged else None
            late.settle(self._course, gradebook, student, problem_set)
            gradebook.db.commit()
        except sqlalchemy.exc.SQLAlchemyError as error:
            gradebook.db.rollback()
            raise _cannot(self._db_url, error) from None

    def export(self) -> list[dict[str, Any]]:
        """Student, problem set, score and maximum of every submission, as nbgrader has them."""
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


def _cannot(db_url: str, error: Exception) -> AutograderError:
    why = str(getattr(error, "orig", error)).splitlines()[0]
    shown = sqlalchemy.engine.make_url(db_url).render_as_string(hide_password=True)
    return AutograderError(f"the gradebook {shown} cannot be written: {why}; check gradebook: in course.yml")
