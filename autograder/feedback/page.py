"""The feedback page of one submission: self-contained HTML in nbgrader's feedback/ folder."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from autograder.course.config import Course
from autograder.course.repair import Repaired
from autograder.course.release import Release
from autograder.model.verdict import Verdict

from . import cleaning, panel, prose
from .highlighting import highlighted
from .templating import environment

_MOST_IN_COLOURS = 200_000
"""Characters of a notebook; a longer one is shown in black, so that none takes long."""


@lru_cache(maxsize=4096)
def _code(source: str) -> Markup:
    return highlighted(cleaning.text(source))


def render(course: Course, repaired: Repaired, release: Release, verdict: Verdict, notebook: Any) -> str:
    """The page for the student.

    Args:
        course: for its title.
        repaired: the cells, in order.
        release: what belongs to the course in them.
        verdict: what grading found.
        notebook: the graded notebook, whose outputs are clean.
    """
    by_id = {cell["id"]: cell for cell in notebook.cells}
    verdicts = {exercise.name: exercise for exercise in verdict.exercises}
    cells = []
    colours = sum(len(cell.source) for cell in repaired.cells) <= _MOST_IN_COLOURS
    for place, cell in enumerate(repaired.cells, 1):
        ours = release.cells.get(cell.grade_id)
        graded = by_id[ours.raw["id"] if ours else f"own-{place}"]
        name = graded["metadata"].get("autograder", {}).get("examples")
        written = graded["metadata"].get("nbgrader", {})
        if cell.kind == "code":
            shown = [_output(output) for output in graded["outputs"] if not _verdict_output(output, name)]
            body = _code(cell.source) if colours else escape(cleaning.text(cell.source))
        else:
            shown = []
            attached = ours.raw.get("attachments") if ours and ours.locked else cell.attachments
            body = Markup(prose.render(cell.source, attached))
        cells.append(
            {
                "kind": cell.kind,
                "place": place,
                "body": body,
                "outputs": shown,
                "verdict": verdicts.get(name),
                "mine": not (ours and ours.locked),
                "written": bool(written.get("grade") and written.get("solution")) and written.get("points"),
            }
        )
    return (
        environment("autograder.feedback")
        .get_template("feedback.html.j2")
        .render(
            course=course.title,
            title=course.problem_sets[release.problem_set].title,
            language=course.language,
            verdict=verdict,
            remarks=panel.remarks(verdict),
            to_do=panel.to_do(verdict),
            paste=panel.PASTE,
            cells=cells,
            written_points=release.points - verdict.max_points,
        )
    )


def _verdict_output(output: Any, examples_of: str | None) -> bool:
    """The two outputs in which the graded notebook carries the verdict; the page shows it in its own way."""
    if examples_of is None:
        return False
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
        return {"kind": "html", "html": Markup(data["text/html"])}
    return {"kind": "value", "text": data.get("text/plain", "")}
