"""nbgrader's settings for a course: its folders, its gradebook, and the path of its tools."""

from __future__ import annotations

import os
import re
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import AutograderError
from autograder.language.staff import for_staff

from .layout import AUTOGRADED, FEEDBACK, RELEASE, SOURCE, SUBMITTED

if TYPE_CHECKING:
    from .config import Course

__all__ = ["AUTOGRADED", "FEEDBACK", "RELEASE", "SOURCE", "SUBMITTED"]


def configure(settings: Any, root: Path, course: Course) -> None:
    """Set nbgrader's options in a traitlets Config.

    Args:
        settings: the Config to change.
        root: the course's folder.
        course: the course.
    """
    put_tools_on_path()
    directory = settings.CourseDirectory
    directory.root = str(root.resolve())
    directory.course_id = course.name
    directory.source_directory = SOURCE
    directory.release_directory = RELEASE
    directory.db_url = course.gradebook


_PASSWORD = re.compile(r"[^:]+://[^@]*:[^@]*@|.*[?&](ssl)?password=")


def db_url(value: str) -> str:
    """Return `value` if it is a supported db_url of nbgrader, without a password.

    Raises:
        ValueError: it is not; the text says why.
    """
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError(
            for_staff("not a gradebook; write sqlite:///gradebook.db or postgresql+psycopg://user@host/name")
        )
    if not value.startswith("sqlite") and _PASSWORD.match(value):
        raise ValueError(for_staff("contains a password, which others may read; put it into PGPASSWORD or ~/.pgpass"))
    return value


def absolute(url: str, root: Path) -> str:
    """Return a db_url with its path, which may be relative to the course's folder, made absolute if it is SQLite's."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return f"{prefix}{root.resolve() / url.removeprefix(prefix)}"
    return url


class NoExchange(AutograderError):
    """The exchange's folder does not exist."""


def refuse_unusable_exchange(folder: Path, otherwise: str = "") -> None:
    """Raise an AutograderError if the exchange's folder does not exist or is not writable.

    Args:
        folder: nbgrader's Exchange.root.
        otherwise: the alternative to creating the folder, appended to the message.
    """
    if not folder.is_dir():
        raise NoExchange(
            "{folder}: no such folder, nbgrader's exchange; make it (mkdir -p -m 1777 {folder}), or name"
            " another in nbgrader_config.py: get_config().Exchange.root = …{otherwise}",
            folder=folder,
            otherwise=otherwise,
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise AutograderError(
            "{folder}: you cannot write to nbgrader's exchange; make it writable (chmod 1777)", folder=folder
        )


def put_tools_on_path() -> None:
    """Put this environment's programs on PATH, since nbgrader runs alembic by name even if it is not activated."""
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", os.defpath)
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = f"{scripts}{os.pathsep}{path}"
