"""Opening nbgrader's gradebook, and what is said where it cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from nbgrader.api import Gradebook

from autograder.course import nbgrader
from autograder.course.config import Course
from autograder.errors import AutograderError


@contextmanager
def opened(root: Path, course: Course) -> Iterator[Gradebook]:
    """The course's gradebook; a context manager.

    Raises:
        AutograderError: it cannot be read or written.
    """
    nbgrader.put_tools_on_path()
    url = nbgrader.database(root, course.gradebook)
    try:
        with Gradebook(url, course.name) as gradebook:
            yield gradebook
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise unusable(url, error) from None


def unusable(db_url: str, error: Exception, what: str = "") -> AutograderError:
    """The error for staff; `what` could not be done, and the password stays unsaid."""
    why = str(getattr(error, "orig", error)).splitlines()[0]
    shown = sqlalchemy.engine.make_url(db_url).render_as_string(hide_password=True)
    return AutograderError(f"the gradebook {shown}{what}: {why}; check gradebook: in course.yml")
