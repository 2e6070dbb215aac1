"""Creates a new course: a folder with everything that `autograder` and nbgrader need, and one example exercise."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from autograder.course import config
from autograder.errors import AutograderError
from autograder.language import ENGLISH, LANGUAGES
from autograder.language.staff import list_for_staff

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
    "losses.csv": "solutions/ps1/files/losses.csv",
    "curves.py": "solutions/ps1/files/curves.py",
    "test_leaky_relu.py": "tests/hidden/ps1/test_leaky_relu.py",
    "test_RunningAverage.py": "tests/hidden/ps1/test_RunningAverage.py",
}
"""The path in the course of each template."""


def init(
    folder: Path, title: str, *, language: str = ENGLISH, packages: Sequence[str] = (), gradebook: str = ""
) -> list[Path]:
    """Create a course, build its release, and return the created files.

    Args:
        folder: the course's folder, new or empty.
        title: its title.
        language: the language in which students are told; the example's prose is English.
        packages: the packages that its notebooks import, besides torch and NumPy.
        gradebook: nbgrader's db_url; by default a file of SQLite in the folder.

    Raises:
        AutograderError: the folder is not empty or cannot be written, or a setting is not valid; nothing was written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AutograderError("{folder}: already exists and is not empty; name a new folder", folder=folder)
    if not title.strip():
        raise AutograderError("--title: is empty; write the course's title as students should see it")
    if language not in LANGUAGES:
        raise AutograderError(
            "--language {language}: unknown; choose one of: {known}; docs/languages.md says how to add one",
            language=language,
            known=list_for_staff(LANGUAGES),
        )
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.resolve().name).strip(".-") or "course"
    values: dict[str, Any] = {"name": name, "title": title, "yaml_title": _one_line(title), "schema": SCHEMA}
    values |= {"language": language, "packages": list(packages), "gradebook": gradebook}
    config.parse(environment().get_template("course/course.yml.j2").render(values))
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
        raise AutograderError(
            "{folder}: cannot be written: {why}; name another folder", folder=folder, why=error.strerror
        ) from None
    return [*written, schema, *build(folder)]


def schema_text() -> str:
    """Return the text of a file with the JSON schema of course.yml."""
    return json.dumps(config.schema(), indent=2, ensure_ascii=False) + "\n"


def _one_line(text: Any) -> str:
    return str(yaml.safe_dump({"title": text}, allow_unicode=True, width=10**6)).strip()
