"""Creates a new course: a folder with everything that `autograder` and nbgrader need, and one example exercise."""

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
"""The path in the course of each template."""


def init(folder: Path, title: str) -> list[Path]:
    """Create a course in `folder`, build its release, and return the created files.

    Raises:
        AutograderError: the folder is not empty or cannot be written, or the title is empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AutograderError(f"{folder}: already exists and is not empty; name a new folder")
    if not title.strip():
        raise AutograderError("--title: is empty; write the course's title as students should see it")
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
    """Return the text of a file with the JSON schema of course.yml."""
    return json.dumps(config.schema(), indent=2, ensure_ascii=False) + "\n"


def _one_line(text: Any) -> str:
    return str(yaml.safe_dump({"title": text}, allow_unicode=True, width=10**6)).strip()
