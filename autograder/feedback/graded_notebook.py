"""Makes the graded notebook, which nbgrader keeps in autograded/ and formgrader shows."""

from __future__ import annotations

from typing import Any

import msgspec
import nbformat

from autograder.course.release import Release
from autograder.course.repair import Repaired
from autograder.language import gettext
from autograder.model.grades import Grades
from autograder.model.verdict import ExerciseVerdict, Graded, Verdict
from autograder.notebook.reading import Cell

from . import cleaning, panel, prose

REMARKS = "remarks"
"""The id of the first cell, with remarks on the notebook as a whole."""
VERDICT = "autograder_verdict"
"""A key in the metadata of the output with an exercise's verdict; outputs of students have no metadata."""


def make(repaired: Repaired, release: Release, graded: Graded | None) -> Any:
    """Return the notebook with its outputs and verdicts; without `graded`, as it is before grading.

    The score of an exercise is an execute_result of its examples cell, where nbgrader reads partial credit.
    """
    verdicts = {exercise.name: exercise for exercise in graded.verdict.exercises} if graded else {}
    cells = []
    for place, cell in enumerate(repaired.cells, 1):
        raw = _bare(cell, release, place)
        if cell.kind == "code":
            raw |= {"outputs": [], "execution_count": None}
            if graded:
                raw["outputs"] = cleaning.outputs(graded.outputs.get(place, []))
                raw["execution_count"] = place
                name = raw["metadata"].get("autograder", {}).get("examples")
                if name in verdicts:
                    raw["outputs"] = _scored(raw["outputs"], verdicts[name])
        cells.append(raw)
    if graded and panel.remarks(graded.verdict):
        lines = "".join(f"<li>{cleaning.escaped(line)}</li>" for line in panel.remarks(graded.verdict))
        heading = gettext("Remarks")
        text = cleaning.sealed(f"<strong>{cleaning.escaped(heading)}</strong><ul>{lines}</ul>")
        cells.insert(0, {"cell_type": "markdown", "id": REMARKS, "metadata": {}, "source": text})
    metadata = release.notebook["metadata"]
    # This copies the parts that belong to the release.
    return nbformat.from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def examples_of(notebook: Any) -> dict[str, str]:
    """Return the grade id of each exercise's examples cell, which holds its points."""
    found = [cell["metadata"] for cell in notebook["cells"] if "examples" in cell["metadata"].get("autograder", {})]
    return {metadata["autograder"]["examples"]: metadata["nbgrader"]["grade_id"] for metadata in found}


def with_grades(notebook: Any, verdict: Verdict, grades: Grades | None) -> Any:
    """Return the graded notebook with the score at the top, and below each cell its grade and comment given by hand.

    Args:
        notebook: a notebook from `make`.
        verdict: the submission's verdict.
        grades: the submission's grades in the gradebook; without them the notebook is returned unchanged.
    """
    if grades is None:
        return notebook
    of_exercise = {exercise.name: exercise for exercise in verdict.exercises}
    all_points = panel.total(verdict, grades, examples_of(notebook))
    top = f"<strong>{cleaning.escaped(all_points.said)}</strong>"
    cells = [_prose_cell("score", top, *map(cleaning.escaped, all_points.parts))]
    for place, cell in enumerate(notebook["cells"]):
        cells.append(cell)
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        by_checks = of_exercise.get(cell["metadata"].get("autograder", {}).get("examples"))
        said = [
            cleaning.escaped(panel.by_hand(grades.cells.get(grade_id), by_checks)),
            cleaning.escaped(panel.comment(grades.comments.get(grade_id, "")).strip()),
        ]
        if any(said):
            cells.append(_prose_cell(f"by-hand-{place}", *filter(None, said)))
    return nbformat.from_dict({**notebook, "cells": cells})


def _prose_cell(cell_id: str, *lines: str) -> dict[str, Any]:
    text = "".join("<p>{}</p>".format(line.replace("\n", "<br>")) for line in lines)
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": cleaning.sealed(text)}


def to_json(notebook: Any) -> bytes:
    """Encode the notebook as nbformat does, but ten times as fast, and without splitting cells into lines."""
    return msgspec.json.format(msgspec.json.encode(notebook, order="sorted"), indent=1) + b"\n"


def _bare(cell: Cell, release: Release, place: int) -> dict[str, Any]:
    ours = release.cells.get(cell.grade_id)
    raw: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": ours.raw["id"] if ours else f"own-{place}",
        "metadata": ours.raw["metadata"] if ours else {},
        "source": cell.source,
    }
    if ours and ours.raw.get("attachments") and ours.locked:
        raw["attachments"] = ours.raw["attachments"]
    # A student's text is stored as rendered HTML: as Markdown, its headings would become anchors that could have the
    # names of nbgrader's own elements, and a raw cell could use the classes of nbgrader's page.
    if cell.kind != "code" and not (ours and cell.source == ours.source):
        raw |= {"cell_type": "markdown", "source": cleaning.sealed(prose.render(cell.source, cell.attachments))}
    return raw


def _scored(shown: list[dict[str, Any]], verdict: ExerciseVerdict) -> list[dict[str, Any]]:
    """Return an examples cell's outputs and score, with stderr and errors converted, which nbgrader scores as 0."""
    kept = []
    for output in shown:
        if output["output_type"] == "error":
            text = f"{output['ename']}: {output['evalue']}"
            said = gettext("The visible examples fail: {error}", error=text)
            kept.append({"output_type": "stream", "name": "stdout", "text": f"{said}\n"})
        elif output["output_type"] == "stream":
            kept.append({**output, "name": "stdout"})
        else:
            kept.append(output)
    data = {"text/html": panel.as_html(verdict), "text/plain": panel.as_text(verdict)}
    score = {"text/plain": f"{verdict.points}"}
    return [
        *kept,
        {"output_type": "display_data", "data": data, "metadata": {VERDICT: True}},
        {"output_type": "execute_result", "data": score, "metadata": {}, "execution_count": None},
    ]
