"""The course that a command works on."""

from __future__ import annotations

from pathlib import Path

import typer


def course_folder(context: typer.Context) -> Path:
    """Return the course's folder; call it before imports that take seconds, such as those of torch and nbgrader.

    Raises:
        AutograderError: there is no course in the folder, or its course.yml is invalid.
    """
    from autograder.course import config

    folder: Path = context.obj
    config.load(folder)
    return folder
