"""Restores the metadata of a notebook's cells that another service removed.

Cells are recognized by their text: from the released notebook, if that is in the same folder; otherwise by
definitions of names, and by assertions about these names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError
from autograder.notebook.comparison import defined_names, plain
from autograder.notebook.reading import load
from autograder.notebook.vocabulary import ALL

_FUNCTION = re.compile(r"(?m)^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*=[ \t]*lambda\b")
_ASSERTS = re.compile(r"\bassert\b|\bAssertionError\b")
_UNWRITTEN = re.compile(r"(?m)^[ \t]+raise[ \t]+NotImplementedError\b")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MOST_BYTES = 32 << 20


def recovered(notebook: dict[str, Any], path: Path) -> tuple[dict[str, Any], bool]:
    """Return the notebook with its cells marked as far as possible, and whether its points and rules are known."""
    best, known = 0, None
    for beside in sorted(path.parent.glob("*.ipynb")):
        given = _given(beside)
        if given and beside != path:
            alike = len({*_texts(given)} & {*_texts(notebook)})
            best, known = max((best, known), (alike, given), key=lambda pair: pair[0])
    return (_marked_like(known, notebook), True) if known else (_marked_by_text(notebook), False)


def _given(path: Path) -> dict[str, Any] | None:
    """Return the notebook in a file, if its cells have metadata of exercises."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
        found = load(path.read_bytes(), str(path))
    except (AutograderError, OSError):
        return None
    return found if any(_ours(raw).get("examples") for raw in found["cells"]) else None


def _marked_like(given: Mapping[str, Any], notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notebook with the metadata of a released one."""
    cells = [dict(raw) for raw in notebook["cells"]]
    sources = [plain(_source(raw)) for raw in cells]
    names = [
        defined_names(source) if raw["cell_type"] == "code" else set()
        for raw, source in zip(cells, sources, strict=True)
    ]
    for raw in given["cells"]:
        source, exercise = plain(_source(raw)), _ours(raw).get("exercise")
        alike = [place for place, text in enumerate(sources) if text == source]
        if isinstance(exercise, str):
            written = [place for place, found in enumerate(names) if exercise in found and place not in alike]
            alike = written or alike
        for place in alike[-1:]:
            cells[place]["metadata"] = raw["metadata"]
    return {**notebook, "cells": cells, "metadata": given.get("metadata")}


def _marked_by_text(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notebook with likely exercises marked: a definition, and below it a cell that asserts something."""
    cells = [dict(raw) for raw in notebook["cells"]]
    code = {place: _source(raw) for place, raw in enumerate(cells) if raw["cell_type"] == "code"}
    defining: dict[str, list[int]] = {}
    for place, source in code.items():
        for function, variable in _FUNCTION.findall(source):
            defining.setdefault(function or variable, []).append(place)
    taken: set[int] = set()
    for name, places in sorted(defining.items(), key=lambda item: item[1][0]):
        called = re.compile(rf"\b{re.escape(name)}\b")
        examples = next(
            (
                place
                for place, source in code.items()
                if place > places[0] and place not in places and _ASSERTS.search(source) and called.search(source)
            ),
            None,
        )
        if examples is None or examples in taken:
            continue
        taken.add(examples)
        written = [place for place in places if not _UNWRITTEN.search(code[place])]
        solution = (written or places)[-1]
        for place in places:
            if written and place not in written:
                cells[place]["cell_type"] = "raw"  # a stub, which would replace the answer's definition
        _mark(cells[solution], {"grade_id": name, "solution": True}, {"exercise": name, "also": [ALL]})
        _mark(cells[examples], {"grade_id": f"{name}-examples", "grade": True, "locked": True}, {"examples": name})
    prose = "".join(_source(raw) for raw in notebook["cells"] if raw["cell_type"] == "markdown")
    ours = {"language": "zh"} if _CHINESE.search(prose) else {}
    return {**notebook, "cells": cells, "metadata": {"autograder": ours, **_metadata(notebook)}}


def _mark(raw: dict[str, Any], nbgrader: dict[str, Any], ours: dict[str, Any]) -> None:
    """Set a cell's metadata; nbgrader's own is kept if it is left, since it says more."""
    left = _metadata(raw).get("nbgrader")
    has_id = isinstance(left, dict) and isinstance(left.get("grade_id"), str)
    raw["metadata"] = {"nbgrader": left if has_id else nbgrader, "autograder": ours}


def _texts(notebook: Mapping[str, Any]) -> list[str]:
    return [plain(_source(raw)) for raw in notebook["cells"]]


def _source(raw: Any) -> str:
    source = raw.get("source") if isinstance(raw, dict) else ""
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _metadata(raw: Any) -> Mapping[str, Any]:
    metadata = raw.get("metadata") if isinstance(raw, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _ours(raw: Any) -> Mapping[str, Any]:
    ours = _metadata(raw).get("autograder")
    return ours if isinstance(ours, dict) else {}
