"""Makes nbgrader's source notebook of a problem set from its text in solutions/."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from autograder.authoring.translation import in_language, texts_of
from autograder.course import staff_module
from autograder.errors import AutograderError
from autograder.language import gettext, listed, speaking
from autograder.language.staff import for_staff

from . import code_translation, vocabulary_text

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(picture:(?P<name>\w+)\)")
_WORDS = re.compile(r"(?P<tag><(?:text|tspan)\b[^>]*>|</tspan>)(?P<words>[^<]+)")
_ID = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_ID = 64
"""The length of a cell's id in nbformat, in characters."""
_CJK = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_BROKEN_LINE = re.compile(f"(?<={_CJK})\n(?={_CJK})")
"""Matches line breaks within Chinese text, which Markdown would render as spaces."""
_JUPYTEXT = {"jupyter", "title", "lines_to_next_cell", "lines_to_end_of_cell_marker"}
_OPTIONS = {"exercise", "also", "without", "uses", "equal", "stub", "examples", "written", "points", "lang"} | {
    "answer",
    "tests",
    "id",
}


def path_of(root: Path, problem_set: str) -> Path:
    """Return the path of a problem set's text."""
    return root / "solutions" / problem_set / f"{problem_set}.py"


def code(root: Path, problem_set: str) -> list[Any]:
    """Return the code cells of a problem set's text, as jupytext reads them: `source`, and options in `metadata`.

    Raises:
        AutograderError: the file does not exist.
    """
    return [cell for cell in _text(path_of(root, problem_set)) if cell.cell_type == "code"]


def make(
    root: Path,
    problem_set: str,
    language: str,
    points: Mapping[str, float],
    packages: Sequence[str] = (),
    bonus: Mapping[str, float] = {},
) -> Any:
    """Return the source notebook, with nbgrader's metadata, and prose, pictures and code in `language`.

    Args:
        root: the course's folder.
        problem_set: the problem set's name.
        language: the language; cells that name none are included in all.
        points: the points of each exercise's hidden checks, without bonus points.
        packages: the packages that the course uses besides torch and NumPy; the notebook's first prose cell names them.
        bonus: the bonus points of each exercise's hidden checks.

    Raises:
        AutograderError: the text is invalid; the message names the file and the mistake.
    """
    path = path_of(root, problem_set)
    text = _text(path)
    made = {name: _cells(text, path, name, points) for name in dict.fromkeys([language, *written_in(text)])}
    if missing := _untranslated(text, list(made)):
        shown = "; ".join(missing[:5])
        if more := max(0, len(missing) - 5):
            shown = for_staff("{names} and {count} more", names=shown, count=more)
        raise AutograderError("{path}: {missing}; write it below", path=path, missing=shown)
    cells = made[language]
    for other, theirs in made.items():
        if [cell["id"] for cell in theirs] != [cell["id"] for cell in cells]:
            raise AutograderError(
                "{path}: the cells in {language} and {other} are not the same, or in another order",
                path=path,
                language=language,
                other=other,
            )
    _complete(cells, path, points)
    for cell in cells:
        ours = cell["metadata"].get("autograder", {})
        if extra := bonus.get(ours.get("examples", ""), 0.0):
            ours["bonus"] = extra
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


def written_in(cells: Iterable[Any]) -> list[str]:
    """Return the languages of the cells' versions."""
    return sorted({cell.metadata["lang"] for cell in cells if "lang" in cell.metadata})


def _untranslated(cells: Iterable[Any], languages: Sequence[str]) -> list[str]:
    """Return what is missing: for each version of a cell that another one of the notebook's languages lacks, a phrase.

    The versions of a cell stand below each other, in any order; a language that comes again begins the next cell.
    """
    found: list[str] = []
    versions: dict[str, Any] = {}

    def close() -> None:
        for name in [name for name in languages if versions and name not in versions]:
            first = next(iter(versions.values())).source.strip().partition("\n")[0]
            found.append(
                for_staff('no lang="{language}" for the cell that begins with {line!r}', language=name, line=first[:50])
            )
        versions.clear()

    for cell in cells:
        name = cell.metadata.get("lang")
        if name is None or name in versions:
            close()
        if name is not None:
            versions[name] = cell
    close()
    return found


def _tell_the_vocabulary(cells: list[dict[str, Any]], language: str) -> None:
    """Add a sentence below the prose of each exercise, and at the end the list of operations that it links to."""
    prose: dict[str, Any] | None = None
    for cell in cells:
        ours = cell["metadata"].get("autograder", {})
        if cell["cell_type"] == "markdown" and "nbgrader" in cell["metadata"]:
            prose = cell if cell["metadata"]["nbgrader"]["locked"] else prose
        elif "exercise" in ours and prose is not None:
            prose["source"] += f"\n\n*{vocabulary_text.sentence(ours, language)}*"
    if not any("exercise" in cell["metadata"].get("autograder", {}) for cell in cells):
        return
    graded = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    metadata = {"nbgrader": graded | {"grade_id": "vocabulary"}}
    source = vocabulary_text.section(language).rstrip()
    cells.append({"cell_type": "markdown", "id": "vocabulary", "metadata": metadata, "source": source})


def _tell_the_packages(cells: list[dict[str, Any]], language: str, packages: Sequence[str]) -> None:
    """Add a sentence to the first cell of prose."""
    opening = next((cell for cell in cells if cell["cell_type"] == "markdown"), None)
    if packages and opening:
        with speaking(language):
            opening["source"] += "\n\n" + gettext(
                "*Beside torch and NumPy this course uses {listed}: `pip install {install}`.*",
                listed=listed(f"`{name}`" for name in packages),
                install=" ".join(packages),
            )


def _text(path: Path) -> list[Any]:
    try:
        return list(jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells)
    except FileNotFoundError:
        raise AutograderError(
            "{path}: no such file; write it, or remove {problem_set} from course.yml", path=path, problem_set=path.stem
        ) from None


def _cells(cells: list[Any], path: Path, language: str, points: Mapping[str, float]) -> list[dict[str, Any]]:
    made = []
    counts = {"text": 0, "setup": 0}
    equals = equal(cells)
    answer = ""
    for cell in cells:
        options = {key: value for key, value in cell.metadata.items() if key not in _JUPYTEXT}
        unknown = set(options) - _OPTIONS
        if "forbidden" in unknown:
            raise AutograderError(
                "{path}: forbidden= is no longer supported: only the basic vocabulary is allowed; write"
                ' also=["torch.sigmoid"] to add to it, without=["torch.tril"] to remove from it',
                path=path,
            )
        if unknown:
            raise AutograderError(
                "{path}: a cell has the unknown option {option}; known: {known}",
                path=path,
                option=sorted(unknown)[0],
                known=sorted(_OPTIONS),
            )
        if options.get("lang", language) != language:
            continue
        if not cell.source.strip():
            continue
        try:
            made.append(_cell(cell, options, path, counts, points, equals, language, answer))
        except ValueError as error:
            raise AutograderError("{path}: {error}", path=path, error=error) from None
        if "answer" in options or "exercise" in options:
            answer = made[-1]["id"]
    return made


def equal(cells: Iterable[Any]) -> dict[str, str]:
    """Return the functions of torch that are equal to exercises, by the exercise's name."""
    return {cell.metadata["exercise"]: cell.metadata["equal"] for cell in cells if "equal" in cell.metadata}


def replaced(options: Mapping[str, Any], equals: Mapping[str, str]) -> dict[str, str]:
    """Return the replacements for names that an exercise uses: functions equal to other exercises, or given ones."""
    named = dict(item.split("=", 1) for item in options.get("uses", []) if "=" in item)
    return {name: equals[name] for name in options.get("uses", []) if name in equals} | named


def _cell(
    cell: Any,
    options: dict[str, Any],
    path: Path,
    counts: dict[str, int],
    points: Mapping[str, float],
    equals: Mapping[str, str],
    language: str,
    answer: str,
) -> dict[str, Any]:
    """Return the cell for nbgrader; `answer` is the id of the nearest answer above it."""
    is_code = cell.cell_type == "code"
    graded: dict[str, Any] = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    ours: dict[str, Any] = {}
    if "exercise" in options:
        name = grade_id = options["exercise"]
        graded |= {"solution": True, "locked": False}
        uses = replaced(options, equals)
        others = [item for item in options.get("uses", []) if item.partition("=")[0] not in uses]
        ours = {"exercise": name, "also": options.get("also", []), "without": options.get("without", [])}
        stub = texts_of(options.get("stub", ""), f"the stub of {name}")
        ours |= {"stub": in_language(stub, language)}
        ours |= ({"uses": uses} if uses else {}) | ({"others": others} if others else {})
        if "### BEGIN SOLUTION" not in cell.source:
            raise AutograderError(
                "{path}: exercise {name}: no ### BEGIN SOLUTION … ### END SOLUTION", path=path, name=name
            )
    elif "answer" in options:
        grade_id = options["answer"]
        graded |= {"solution": True, "locked": False}
        stub = texts_of(options.get("stub", ""), f"the stub of {grade_id}")
        ours = {"stub": in_language(stub, language) or _unwritten(language)}
    elif "tests" in options:
        name = grade_id = options["tests"]
        graded |= {"grade": True, "points": points.get(name, 0)}
        ours = {"examples": name, "answer": answer}
    elif "examples" in options:
        name = options["examples"]
        grade_id = f"{name}-examples"
        graded |= {"grade": True, "points": points.get(name, 0)}
        ours = {"examples": name}
    elif "written" in options:
        grade_id = options["written"]
        graded |= {"grade": True, "solution": True, "locked": False, "points": options.get("points", 1)}
        ours = {"stub": _unwritten(language)} if is_code else {}
    else:
        kind = "setup" if is_code else "text"
        counts[kind] += 1
        grade_id = f"{kind}-{counts[kind]:02}"
    grade_id = options.get("id", grade_id)
    if len(grade_id) > _LONGEST_ID or not _ID.fullmatch(grade_id):
        raise AutograderError(
            "{path}: id={id!r}: at most {most} letters, digits, - and _", path=path, id=grade_id, most=_LONGEST_ID
        )
    graded["grade_id"] = grade_id
    metadata = {"nbgrader": graded} | ({"autograder": ours} if ours else {})
    made: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": grade_id,
        "metadata": metadata,
        "source": cell.source,
    }
    if is_code:
        made["source"] = code_translation.in_language(cell.source, language)
        return made | {"execution_count": None, "outputs": []}
    made["source"] = _BROKEN_LINE.sub("", _with_pictures(cell.source, path, language))
    return made


def _unwritten(language: str) -> str:
    with speaking(language):
        return gettext("this cell is not written yet")


def _with_pictures(text: str, path: Path, language: str) -> str:
    """Replace pictures with data URLs, since JupyterLab does not show SVG attachments.

    They are HTML: VS Code shows the text of a Markdown picture whose data URL is SVG.
    """
    if not _PICTURE.search(text):
        return text
    module = staff_module.load(path.with_name("pictures.py"), f"autograder_pictures_{path.stem}")
    translations = getattr(module, "TEXTS", {}).get(language, {})

    def link(match: re.Match[str]) -> str:
        name = match["name"]
        if not hasattr(module, name):
            raise AutograderError(
                "{path}: picture:{name}: no function {name}() in {file}",
                path=path,
                name=name,
                file=path.with_name("pictures.py"),
            )
        svg = _WORDS.sub(
            lambda found: found["tag"] + translations.get(found["words"], found["words"]), getattr(module, name)()
        )
        data = base64.b64encode(svg.encode()).decode()
        return f'<img alt="{html.escape(match["alt"])}" src="data:image/svg+xml;base64,{data}">'

    return _PICTURE.sub(link, text)


def _complete(cells: list[dict[str, Any]], path: Path, points: Mapping[str, float]) -> None:
    ids = [cell["id"] for cell in cells]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice:
        raise AutograderError("{path}: the cell {cell} appears twice; rename one", path=path, cell=twice)
    marked = [cell["metadata"].get("autograder", {}) for cell in cells]
    exercises = [name for ours in marked if (name := ours.get("exercise"))]
    tests = [ours["examples"] for ours in marked if "answer" in ours]
    written = any(cell["metadata"].get("nbgrader", {}).get("grade") for cell in cells)
    if not exercises and not written:
        raise AutograderError(
            "{path}: contains no exercise yet; run: autograder new exercise {problem_set} NAME --reference torch.…",
            path=path,
            problem_set=path.stem,
        )
    for name in exercises:
        if f"{name}-examples" not in ids[ids.index(name) :]:
            raise AutograderError('{path}: exercise {name}: no examples="{name}" cell below it', path=path, name=name)
    for name in [*exercises, *tests]:
        if name not in points:
            raise AutograderError(
                "{path}: exercise {name}: no checks; write tests/hidden/{problem_set}/test_{name}.py",
                path=path,
                name=name,
                problem_set=path.stem,
            )
    for name in points:
        if name not in [*exercises, *tests]:
            raise AutograderError(
                "tests/hidden/{problem_set}/test_{name}.py: {path} has no exercise {name}",
                problem_set=path.stem,
                name=name,
                path=path,
            )
