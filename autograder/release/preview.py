"""Renders a release as one HTML page, with its pictures and formulas, before it is released."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder.course import config, handouts
from autograder.course import release as releases
from autograder.feedback import release_page
from autograder.notebook.handout_names import size
from autograder.results import folders

from .build import build
from .unfinished import gaps


def preview(root: Path, problem_set: str, language: str | None = None) -> Path:
    """Build the problem set in a temporary folder, and write its page to build/preview/; return the page's path.

    Raises:
        AutograderError: the sources are invalid.
    """
    course = config.load(root)
    written_in = language or course.language
    with tempfile.TemporaryDirectory() as folder:
        build(root, [problem_set], language=written_in, folder=Path(folder))
        release = releases.load(Path(folder), problem_set)
    unfinished = [str(gap) for gap in gaps(root, problem_set)]
    files = [f"{item.name} ({size(item.size)})" for item in handouts.of(root, problem_set)]
    page = release_page.render(course, release, written_in, unfinished, files)
    path = root / "build" / "preview" / f"{problem_set}-{written_in}.html"
    folders.write(path, page.encode())
    return path
