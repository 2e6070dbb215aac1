"""Begins another course: a folder with all that `autograder` and nbgrader need, and one exercise to go on from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from autograder.course import config
from autograder.errors import AutograderError

from .build import build
from .new import environment

SCHEMA = "course.schema.json"
_FILES = {
    "course.yml": "course.yml",
    "nbgrader_config.py": "nbgrader_config.py",
    "README.md": "README.md",
    "Makefile": "Makefile",
    "pytest.ini": "pytest.ini",
    "gitignore": ".gitignore",
    "ps1.py": "solutions/ps1/ps1.py",
    "misconceptions.py": "solutions/ps1/misconceptions.py",
    "test_leaky_relu.py": "tests/hidden/ps1/test_leaky_relu.py",
}
"""By template: where it stands in the course."""


def init(folder: Path, title: str) -> list[Path]:
    """Begin a course in `folder`, and build its release.

    Raises:
        AutograderError: something stands there already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AutograderError(f"{folder}: is there already and not empty; name a new folder")
    if not title.strip():
        raise AutograderError("--title: is empty; write the course's name as students should read it")
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.resolve().name).strip(".-") or "course"
    values = {"name": name, "title": title, "yaml_title": _one_line(title), "schema": SCHEMA}
    written = []
    try:
        for template, place in _FILES.items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(environment().get_template(f"course/{template}.j2").render(values), encoding="utf-8")
            written.append(path)
        schema = folder / SCHEMA
        schema.write_text(schema_text(), encoding="utf-8")
    except OSError as error:
        raise AutograderError(f"{folder}: cannot be written: {error.strerror}; name another folder") from None
    return [*written, schema, *build(folder)]


def schema_text() -> str:
    """The JSON schema of course.yml, as it stands in a file."""
    return json.dumps(config.schema(), indent=2, ensure_ascii=False) + "\n"


def _one_line(text: Any) -> str:
    return str(yaml.safe_dump({"title": text}, allow_unicode=True, width=10**6)).strip()
