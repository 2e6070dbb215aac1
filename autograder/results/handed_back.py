"""What goes back to students: page and notebook of what was graded, with what the gradebook holds of it now."""

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
from autograder.model.grades import Grades
from autograder.model.verdict import Verdict, from_json

from . import folders


class HandedBack:
    """What goes back to the students of a course; `opened` makes one.

    Args:
        root: the course's folder.
        course: as its course.yml is now.
        database: a session of the gradebook; None where there is no gradebook.
    """

    def __init__(self, root: Path, course: Course, database: Any | None) -> None:
        self._root, self._course, self._database = root, course, database

    def grades(self, student: str, problem_set: str) -> Grades | None:
        """What the gradebook holds of a submission; None where that is nothing."""
        if self._database is None:
            return None
        found = grades.read(self._database, student, problem_set)
        self._database.commit()  # what is given by hand from now on is seen by the next one
        return found

    def refresh(self, student: str, problem_set: str) -> None:
        """Write the feedback page anew; that of what was graded elsewhere stays as it is.

        Raises:
            AutograderError: what was graded cannot be read, or the page cannot be written.
        """
        while (files := self._files(student, problem_set)) is not None:
            verdict, notebook = self._read(student, problem_set, *files)
            html = page.render(self._course, verdict, notebook, self.grades(student, problem_set))
            folders.write(folders.feedback(self._root, student, problem_set), html.encode())
            if self._files(student, problem_set) == files:  # otherwise a run graded it meanwhile
                return

    def notebook(self, student: str, problem_set: str) -> bytes | None:
        """The graded notebook with points and comments given by hand; None where it was graded elsewhere.

        Raises:
            AutograderError: what was graded cannot be read.
        """
        if (files := self._files(student, problem_set)) is None:
            return None
        verdict, notebook = self._read(student, problem_set, *files)
        return graded_notebook.to_json(
            graded_notebook.with_grades(notebook, verdict, self.grades(student, problem_set))
        )

    def _files(self, student: str, problem_set: str) -> tuple[bytes, bytes] | None:
        """Verdict and graded notebook; None where this engine graded nothing."""
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
            f"{notebook}, {verdict}: cannot be read ({why}); run: autograder rerun {student} {problem_set}"
        )


@contextmanager
def opened(root: Path, course: Course) -> Iterator[HandedBack]:
    """What goes back to the students of a course; a context manager, which holds the gradebook open.

    Raises:
        AutograderError: the gradebook cannot be read.
    """
    if not connection.exists(root, course):
        yield HandedBack(root, course, None)
        return
    with connection.opened(root, course) as gradebook:
        yield HandedBack(root, course, gradebook.db)
