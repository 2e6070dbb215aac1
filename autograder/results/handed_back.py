"""Creates the feedback page and graded notebook for a student, with the current grades of the gradebook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import nbformat

from autograder.course.config import Course
from autograder.errors import AutograderError
from autograder.feedback import graded_notebook, page
from autograder.gradebook import connection, grades
from autograder.language import speaking
from autograder.model.grades import Grades
from autograder.model.verdict import Verdict, from_json

from . import folders


class HandedBack:
    """Creates feedback for the students of a course; use `opened` to create one.

    Args:
        root: the course's folder.
        course: its current course.yml.
        database: a session of the gradebook; None if there is no gradebook.
    """

    def __init__(self, root: Path, course: Course, database: Any | None) -> None:
        self._root, self._course, self._database = root, course, database

    def grades(self, student: str, problem_set: str) -> Grades | None:
        """Return the grades and comments of a submission in the gradebook; None if it has neither."""
        if self._database is None:
            return None
        found = grades.read(self._database, student, problem_set)
        self._database.commit()  # ends the transaction, so that the next read sees later grades
        return found

    def refresh(self, student: str, problem_set: str) -> None:
        """Write the feedback page again; pages of submissions that were graded elsewhere are left unchanged.

        Raises:
            AutograderError: the results cannot be read, or the page cannot be written.
        """
        while (files := self._files(student, problem_set)) is not None:
            verdict, notebook = self._read(student, problem_set, *files)
            with speaking(self._course.language):
                html = page.render(self._course, verdict, notebook, self.grades(student, problem_set))
            folders.write(folders.feedback(self._root, student, problem_set), html.encode())
            if self._files(student, problem_set) == files:  # otherwise a run has graded it in the meantime
                return

    def notebook(self, student: str, problem_set: str) -> bytes | None:
        """Return the graded notebook with points and comments given by hand; None if it was graded elsewhere.

        Raises:
            AutograderError: the results cannot be read.
        """
        if (files := self._files(student, problem_set)) is None:
            return None
        verdict, notebook = self._read(student, problem_set, *files)
        grades = self.grades(student, problem_set)
        with speaking(self._course.language):
            return graded_notebook.to_json(graded_notebook.with_grades(notebook, verdict, grades))

    def _files(self, student: str, problem_set: str) -> tuple[bytes, bytes] | None:
        """Return the contents of verdict and graded notebook; None if this engine has not graded the submission."""
        notebook, _ = folders.pages(self._root, student, problem_set)
        verdict = folders.verdict(self._root, student, problem_set)
        try:
            return (verdict.read_bytes(), notebook.read_bytes()) if verdict.exists() else None
        except OSError as error:
            raise self._unreadable(student, problem_set, error) from None

    def _read(self, student: str, problem_set: str, verdict: bytes, notebook: bytes) -> tuple[Verdict, Any]:
        try:
            return from_json(verdict), nbformat.reads(notebook.decode(), as_version=4)
        except (msgspec.MsgspecError, ValueError) as error:
            raise self._unreadable(student, problem_set, error) from None

    def _unreadable(self, student: str, problem_set: str, error: Exception) -> AutograderError:
        notebook, _ = folders.pages(self._root, student, problem_set)
        verdict = folders.verdict(self._root, student, problem_set)
        why = str(error).partition("\n")[0]
        return AutograderError(
            "{notebook}, {verdict}: cannot be read ({why}); run: autograder rerun {student} {problem_set}",
            notebook=notebook,
            verdict=verdict,
            why=why,
            student=student,
            problem_set=problem_set,
        )


@contextmanager
def opened(root: Path, course: Course) -> Iterator[HandedBack]:
    """Open the gradebook and yield the `HandedBack` of a course; a context manager.

    Raises:
        AutograderError: the gradebook cannot be read.
    """
    if not connection.exists(course):
        yield HandedBack(root, course, None)
        return
    with connection.opened(course) as gradebook:
        yield HandedBack(root, course, gradebook.db)
