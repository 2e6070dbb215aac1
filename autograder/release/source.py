"""Makes nbgrader's source notebook of a problem set from its text in solutions/."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from autograder.course import staff_module
from autograder.errors import AutograderError

from . import vocabulary_text

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGES = ("en", "zh")
_PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(picture:(?P<name>\w+)\)")
_CJK = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_BROKEN_LINE = re.compile(f"(?<={_CJK})\n(?={_CJK})")
"""Matches line breaks within Chinese text, which Markdown would render as spaces."""
_JUPYTEXT = {"jupyter", "title", "lines_to_next_cell", "lines_to_end_of_cell_marker"}
_PACKAGES = {
    "en": "*Beside torch and NumPy this course uses {listed}: `pip install {install}`.*",
    "zh": "*除 torch 和 NumPy 外，本课程还使用 {listed}：`pip install {install}`。*",
}
_OPTIONS = {"exercise", "also", "without", "uses", "equal", "stub", "examples", "written", "points", "lang"}


def path_of(root: Path, problem_set: str) -> Path:
    """Return the path of a problem set's text."""
    return root / "solutions" / problem_set / f"{problem_set}.py"


def code(root: Path, problem_set: str) -> list[Any]:
    """Return the code cells of a problem set's text, as jupytext reads them: `source`, and options in `metadata`.

    Raises:
        AutograderError: the file does not exist.
    """
    return [cell for cell in _text(path_of(root, problem_set)) if cell.cell_type == "code"]


def make(root: Path, problem_set: str, language: str, points: Mapping[str, float], packages: Sequence[str] = ()) -> Any:
    """Return the source notebook, with nbgrader's metadata and the prose of `language`.

    Args:
        root: the course's folder.
        problem_set: the problem set's name.
        language: "en" or "zh"; cells without a language are included in both.
        points: the points of each exercise's hidden checks.
        packages: those that the course uses beside torch and NumPy; its opening tells students.

    Raises:
        AutograderError: the text is invalid; the message names the file and the mistake.
    """
    path = path_of(root, problem_set)
    text = _text(path)
    made = {name: _cells(text, path, name, points) for name in LANGUAGES}
    if [cell["id"] for cell in made["en"]] != [cell["id"] for cell in made["zh"]]:
        raise AutograderError(f'{path}: a cell with lang="en" without its lang="zh" below it, or the other way round')
    cells = made[language]
    _complete(cells, path, points)
    _tell_the_vocabulary(cells, language)
    _tell_the_packages(cells, language, packages)
    return nbformat.from_dict(
        {
            "cells": cells,
            "metadata": {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def _tell_the_vocabulary(cells: list[dict[str, Any]], language: str) -> None:
    """Add a sentence below the prose of each exercise, and at the end the list that it links to."""
    prose: dict[str, Any] | None = None
    for cell in cells:
        ours = cell["metadata"].get("autograder", {})
        if cell["cell_type"] == "markdown" and "nbgrader" in cell["metadata"]:
            prose = cell if cell["metadata"]["nbgrader"]["locked"] else prose
        elif "exercise" in ours and prose is not None:
            prose["source"] += f"\n\n*{vocabulary_text.sentence(ours, language)}*"
    graded = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    metadata = {"nbgrader": graded | {"grade_id": "vocabulary"}}
    source = vocabulary_text.section(language).rstrip()
    cells.append({"cell_type": "markdown", "id": "vocabulary", "metadata": metadata, "source": source})


def _tell_the_packages(cells: list[dict[str, Any]], language: str, packages: Sequence[str]) -> None:
    """Add a sentence to the first cell of prose."""
    opening = next((cell for cell in cells if cell["cell_type"] == "markdown"), None)
    if packages and opening:
        comma = "、" if language == "zh" else ", "
        listed = comma.join(f"`{name}`" for name in packages)
        opening["source"] += "\n\n" + _PACKAGES[language].format(listed=listed, install=" ".join(packages))


def _text(path: Path) -> list[Any]:
    try:
        return list(jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells)
    except FileNotFoundError:
        raise AutograderError(f"{path}: no such file; write it, or remove {path.stem} from course.yml") from None


def _cells(cells: list[Any], path: Path, language: str, points: Mapping[str, float]) -> list[dict[str, Any]]:
    made = []
    counts = {"text": 0, "setup": 0}
    equals = equal(cells)
    for cell in cells:
        options = {key: value for key, value in cell.metadata.items() if key not in _JUPYTEXT}
        unknown = set(options) - _OPTIONS
        if "forbidden" in unknown:
            raise AutograderError(
                f"{path}: forbidden= is no longer supported: only the basic vocabulary is allowed; "
                'write also=["torch.sigmoid"] to add to it, without=["torch.tril"] to remove from it'
            )
        if unknown:
            raise AutograderError(
                f"{path}: a cell has the unknown option {sorted(unknown)[0]}; known: {sorted(_OPTIONS)}"
            )
        if options.get("lang", language) != language:
            continue
        if not cell.source.strip():
            continue
        made.append(_cell(cell, options, path, counts, points, equals))
    return made


def equal(cells: Iterable[Any]) -> dict[str, str]:
    """Return the functions of torch that are equal to exercises, by the exercise's name."""
    return {cell.metadata["exercise"]: cell.metadata["equal"] for cell in cells if "equal" in cell.metadata}


def replaced(options: Mapping[str, Any], equals: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in for other names while an exercise is graded: what equals an exercise, or is given there."""
    named = dict(item.split("=", 1) for item in options.get("uses", []) if "=" in item)
    return {name: equals[name] for name in options.get("uses", []) if name in equals} | named


def _cell(
    cell: Any,
    options: dict[str, Any],
    path: Path,
    counts: dict[str, int],
    points: Mapping[str, float],
    equals: Mapping[str, str],
) -> dict[str, Any]:
    is_code = cell.cell_type == "code"
    graded: dict[str, Any] = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    ours: dict[str, Any] = {}
    if "exercise" in options:
        name = grade_id = options["exercise"]
        graded |= {"solution": True, "locked": False}
        uses = replaced(options, equals)
        others = [item for item in options.get("uses", []) if item.partition("=")[0] not in uses]
        ours = {"exercise": name, "also": options.get("also", []), "without": options.get("without", [])}
        ours |= {"stub": options.get("stub", "")}
        ours |= ({"uses": uses} if uses else {}) | ({"others": others} if others else {})
        if "### BEGIN SOLUTION" not in cell.source:
            raise AutograderError(f"{path}: exercise {name}: no ### BEGIN SOLUTION … ### END SOLUTION")
    elif "examples" in options:
        name = options["examples"]
        grade_id = f"{name}-examples"
        graded |= {"grade": True, "points": points.get(name, 0)}
        ours = {"examples": name}
    elif "written" in options:
        grade_id = options["written"]
        graded |= {"grade": True, "solution": True, "locked": False, "points": options.get("points", 1)}
    else:
        kind = "setup" if is_code else "text"
        counts[kind] += 1
        grade_id = f"{kind}-{counts[kind]:02}"
    graded["grade_id"] = grade_id
    metadata = {"nbgrader": graded} | ({"autograder": ours} if ours else {})
    made: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": grade_id[:64],
        "metadata": metadata,
        "source": cell.source,
    }
    if is_code:
        return made | {"execution_count": None, "outputs": []}
    made["source"] = _BROKEN_LINE.sub("", _with_pictures(cell.source, path))
    return made


def _with_pictures(text: str, path: Path) -> str:
    """Replace pictures with data URLs, since JupyterLab does not show SVG attachments."""

    if not _PICTURE.search(text):
        return text
    module = staff_module.load(path.with_name("pictures.py"), f"autograder_pictures_{path.stem}")

    def link(match: re.Match[str]) -> str:
        name = match["name"]
        if not hasattr(module, name):
            raise AutograderError(f"{path}: picture:{name}: no function {name}() in {path.with_name('pictures.py')}")
        svg = base64.b64encode(getattr(module, name)().encode()).decode()
        return f"![{match['alt']}](data:image/svg+xml;base64,{svg})"

    return _PICTURE.sub(link, text)


def _complete(cells: list[dict[str, Any]], path: Path, points: Mapping[str, float]) -> None:
    ids = [cell["id"] for cell in cells]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice:
        raise AutograderError(f"{path}: the cell {twice} appears twice; rename one")
    exercises = [name for cell in cells if (name := cell["metadata"].get("autograder", {}).get("exercise"))]
    if not exercises:
        raise AutograderError(
            f"{path}: contains no exercise yet; run: autograder new exercise {path.stem} NAME --reference torch.…"
        )
    for name in exercises:
        if f"{name}-examples" not in ids[ids.index(name) :]:
            raise AutograderError(f'{path}: exercise {name}: no examples="{name}" cell below it')
        if not points.get(name):
            raise AutograderError(f"{path}: exercise {name}: no checks; write tests/hidden/{path.stem}/test_{name}.py")
    for name in points:
        if name not in exercises:
            raise AutograderError(f"tests/hidden/{path.stem}/test_{name}.py: {path} has no exercise {name}")
