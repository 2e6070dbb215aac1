"""Renders a page that shows a release to staff before students get it: self-contained HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from autograder.course.config import Course
from autograder.course.release import Release

from . import prose
from .highlighting import highlighted
from .templating import environment


def render(
    course: Course, release: Release, language: str, unfinished: Sequence[str] = (), files: Sequence[str] = ()
) -> str:
    """Return the page.

    Args:
        course: the course, for its title.
        release: the release.
        language: the language of its prose.
        unfinished: what is still to be filled in, one item per line.
        files: the files that students get besides the notebook, one per line.
    """
    return (
        environment("autograder.feedback")
        .get_template("release_page.html.j2")
        .render(
            course=course.title,
            title=course.problem_sets[release.problem_set].title,
            due=course.due_of(release.problem_set),
            language=language,
            points=release.points,
            exercises=release.exercises,
            cells=[_cell(raw) for raw in release.notebook["cells"]],
            unfinished=unfinished,
            files=files,
        )
    )


def _cell(raw: dict[str, Any]) -> dict[str, Any]:
    ours, graded = raw["metadata"].get("autograder", {}), raw["metadata"].get("nbgrader", {})
    is_code = raw["cell_type"] == "code"
    return {
        "is_code": is_code,
        "body": highlighted(raw["source"]) if is_code else Markup(prose.render(raw["source"], raw.get("attachments"))),
        "mine": bool(graded.get("solution")),
        "exercise": ours.get("exercise", ""),
        "forbidden": ours.get("forbidden", []),
        "examples": ours.get("examples", ""),
        "points": graded.get("points", 0) if graded.get("grade") else 0,
        "bonus": ours.get("bonus", 0),
    }
