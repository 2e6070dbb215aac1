"""What nbgrader has to be told of a course: its folders, its gradebook, and where its own tools stand."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import Any

from .config import Course

SOURCE, RELEASE, SUBMITTED, AUTOGRADED, FEEDBACK = "source", "assignments", "submitted", "autograded", "feedback"
"""The course's folders, by nbgrader's word for the step."""


def configure(settings: Any, root: Path, course: Course, gradebook: str | None = None) -> None:
    """Fill in a traitlets Config; `gradebook` takes the place of the course's db_url."""
    put_tools_on_path()
    directory = settings.CourseDirectory
    directory.root = str(root.resolve())
    directory.course_id = course.name
    directory.source_directory = SOURCE
    directory.release_directory = RELEASE
    directory.db_url = database(root, gradebook or course.gradebook)


def database(root: Path, gradebook: str) -> str:
    """nbgrader's db_url, with a relative SQLite path taken from the course's folder."""
    prefix = "sqlite:///"
    if gradebook.startswith(prefix) and not gradebook.startswith(prefix + "/"):
        return f"{prefix}{root.resolve() / gradebook.removeprefix(prefix)}"
    return gradebook


def put_tools_on_path() -> None:
    """Let nbgrader find alembic, which it runs by name, in an environment that was not activated."""
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", os.defpath)
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = f"{scripts}{os.pathsep}{path}"
