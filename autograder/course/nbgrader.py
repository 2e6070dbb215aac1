"""nbgrader's settings for a course: its folders, its gradebook, and the path of its tools."""

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
    """Set nbgrader's options in a traitlets Config.

    Args:
        settings: the Config to change.
        root: the course's folder.
        course: the course.
        gradebook: a db_url to use instead of the course's.
    """
    put_tools_on_path()
    directory = settings.CourseDirectory
    directory.root = str(root.resolve())
    directory.course_id = course.name
    directory.source_directory = SOURCE
    directory.release_directory = RELEASE
    directory.db_url = database(root, gradebook or course.gradebook)


def database(root: Path, gradebook: str) -> str:
    """Return nbgrader's db_url, with a relative SQLite path resolved against the course's folder."""
    prefix = "sqlite:///"
    if gradebook.startswith(prefix) and not gradebook.startswith(prefix + "/"):
        return f"{prefix}{root.resolve() / gradebook.removeprefix(prefix)}"
    return gradebook


def refuse_unusable_exchange(folder: Path, otherwise: str = "") -> None:
    """Raise an AutograderError if the exchange's folder does not exist or is not writable.

    Args:
        folder: nbgrader's Exchange.root.
        otherwise: the alternative to creating the folder, appended to the message.
    """
    if not folder.is_dir():
        raise AutograderError(
            f"{folder}: no such folder, nbgrader's exchange; make it (mkdir -p -m 1777 {folder}), or name another in"
            f" nbgrader_config.py: get_config().Exchange.root = …{otherwise}"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise AutograderError(f"{folder}: you cannot write to nbgrader's exchange; make it writable (chmod 1777)")


def put_tools_on_path() -> None:
    """Put this environment's programs on PATH, since nbgrader runs alembic by name even if it is not activated."""
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", os.defpath)
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = f"{scripts}{os.pathsep}{path}"
