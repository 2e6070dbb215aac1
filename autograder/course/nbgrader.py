"""nbgrader's settings for a course: its folders, its gradebook, and the path of its own tools."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError

from .config import Course
from .layout import AUTOGRADED, FEEDBACK, RELEASE, SOURCE, SUBMITTED

__all__ = ["AUTOGRADED", "FEEDBACK", "RELEASE", "SOURCE", "SUBMITTED"]


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


def refuse_unusable_exchange(folder: Path, otherwise: str = "") -> None:
    """Raise an AutograderError where the exchange's folder is not there, or cannot be written.

    Args:
        folder: nbgrader's Exchange.root.
        otherwise: what else may be done where it is not there, as the end of the line.
    """
    if not folder.is_dir():
        raise AutograderError(
            f"{folder}: no such folder, nbgrader's exchange; make it (mkdir -p -m 1777 {folder}), or name another in"
            f" nbgrader_config.py: get_config().Exchange.root = …{otherwise}"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise AutograderError(f"{folder}: nbgrader's exchange cannot be written by you; make it writable (chmod 1777)")


def put_tools_on_path() -> None:
    """Let nbgrader find alembic, which it runs by name, in an environment that was not activated."""
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", os.defpath)
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = f"{scripts}{os.pathsep}{path}"
