"""Renders the feedback page of one submission: self-contained HTML in nbgrader's feedback/ folder."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup, escape

from autograder.course.config import Course
from autograder.language import gettext, number
from autograder.model.grades import Grades, with_grades
from autograder.model.verdict import CheckVerdict, Verdict

from . import cleaning, panel, prose
from .graded_notebook import REMARKS, VERDICT, examples_of
from .highlighting import highlighted
from .templating import environment

_MAX_HIGHLIGHTED = 200_000
"""The maximum number of characters of a highlighted notebook; longer ones would take too long."""


@lru_cache(maxsize=4096)
def _code(source: str) -> Markup:
    return highlighted(cleaning.text(source))


_html = lru_cache(maxsize=4096)(cleaning.html)
"""The notebook may come from a file, which is cleaned as if a student had written it."""


@lru_cache(maxsize=4096)  # rows of passed checks are the same on every page
def _row(check: CheckVerdict, begun: bool, language: str) -> Markup:
    template = environment("autograder.feedback").get_template("check.html.j2")
    return Markup(template.render(check=check, begun=begun))


def render(course: Course, verdict: Verdict, notebook: Any, grades: Grades | None) -> str:
    """Return the page for the student, in the current language.

    Args:
        course: the course, for its title and language.
        verdict: the submission's verdict.
        notebook: the graded notebook.
        grades: the submission's grades in the gradebook, with points and comments given by hand; None if the gradebook
            has none.
    """
    examples = examples_of(notebook)
    recorded = with_grades(verdict, grades, examples)
    exercises = {exercise.name: exercise for exercise in recorded.exercises}
    by_checks = {exercise.name: exercise for exercise in verdict.exercises}
    cells, written_points = [], 0.0
    submitted = [cell for cell in notebook["cells"] if cell["id"] != REMARKS]
    colours = sum(len(cell["source"]) for cell in submitted) <= _MAX_HIGHLIGHTED
    for place, cell in enumerate(submitted, 1):
        name = cell["metadata"].get("autograder", {}).get("examples")
        graded = cell["metadata"].get("nbgrader", {})
        grade_id, is_written = graded.get("grade_id", ""), bool(graded.get("grade") and graded.get("solution"))
        written_points += graded.get("points", 0) if is_written else 0
        if cell["cell_type"] == "code":
            shown = [_output(output) for output in cell["outputs"] if not _verdict_output(output, name)]
            body = _code(cell["source"]) if colours else escape(cleaning.text(cell["source"]))
        else:
            shown = []
            is_html = cleaning.is_sealed(cell["source"])
            body = Markup(_html(cell["source"]) if is_html else prose.render(cell["source"], cell.get("attachments")))
        said = panel.by_hand(grades.cells.get(grade_id), by_checks.get(name)) if grades else ""
        if is_written and not grades:
            said = gettext("Graded by hand: up to {points} points.", points=number(graded["points"]))
        cells.append(
            {
                "kind": cell["cell_type"],
                "place": place,
                "body": body,
                "outputs": shown,
                "verdict": exercises.get(name),
                "mine": not graded or bool(graded["solution"]),
                "by_hand": said,
                "comment": panel.comment(grades.comments.get(grade_id, "")) if grades else "",
            }
        )
    return (
        environment("autograder.feedback")
        .get_template("feedback.html.j2")
        .render(
            course=course.title,
            title=course.problem_sets[verdict.problem_set].title,
            language=course.language,
            verdict=recorded,
            total=panel.total(verdict, grades, examples, written_points),
            remarks=panel.remarks(verdict),
            to_do=panel.to_do(recorded),
            paste=gettext(panel.PASTE),
            cells=cells,
            row=partial(_row, language=course.language),
        )
    )


def _verdict_output(output: Any, examples_of: str | None) -> bool:
    """Return whether an output is one of the two with the exercise's verdict, which the page shows in its own way.

    In notebooks that an earlier version graded, only its text identifies the verdict.
    """
    if examples_of is None:
        return False
    if output.get("metadata", {}).get(VERDICT):
        return True
    data = output.get("data", {})
    is_score = output["output_type"] == "execute_result"
    return bool(is_score or data.get("text/plain", "").startswith(f"{examples_of}: "))


def _output(output: Any) -> dict[str, Any]:
    if output["output_type"] == "stream":
        return {"kind": output["name"], "text": output["text"]}
    if output["output_type"] == "error":
        return {"kind": "error", "text": f"{output['ename']}: {output['evalue']}"}
    data = output["data"]
    for mime in ("image/png", "image/jpeg", "image/gif"):
        if mime in data:
            return {"kind": "image", "source": f"data:{mime};base64,{''.join(data[mime].split())}"}
    if "text/html" in data:
        return {"kind": "html", "html": Markup(_html(data["text/html"]))}
    return {"kind": "value", "text": data.get("text/plain", "")}
