"""Reads notebooks as untrusted data. Only the sources of the cells and the pictures in the prose are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError

MAX_CELLS = 2000
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


@dataclass(frozen=True)
class Cell:
    """One cell of a submission; `grade_id` is one of the release's, or empty for the student's own cells."""

    kind: str
    source: str
    grade_id: str = ""
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read(path: Path, max_bytes: int) -> list[Cell]:
    """Return the cells of a submitted notebook.

    Args:
        path: the notebook's file.
        max_bytes: the maximum size of the file.

    Raises:
        AutograderError: the file is missing, too large or not a notebook; the message names the file and the fix.
    """
    try:
        if not path.is_file() or path.is_symlink():
            raise AutograderError(f"{path}: no such file; the notebook must be handed in under this name")
        size = path.stat().st_size
        if size > max_bytes:
            raise AutograderError(
                f"{path}: {size >> 20} MiB, at most {max_bytes >> 20}; clear all outputs, save, and hand it in again"
            )
        data = path.read_bytes()
    except OSError as error:
        raise AutograderError(f"{path}: cannot be read: {error.strerror}") from None
    return parse(data, str(path))


def parse(data: bytes, name: str) -> list[Cell]:
    """Return the cells of a notebook, given as bytes; `name` is the file's name for messages.

    Raises:
        AutograderError: as for `read`.
    """
    return [cell_of(raw, place, name) for place, raw in enumerate(load(data, name)["cells"], 1)]


def load(data: bytes, name: str) -> dict[str, Any]:
    """Return the decoded JSON of a notebook; `cells` is a list, but its items may be anything.

    Raises:
        AutograderError: as for `read`.
    """
    if not data.strip():
        raise AutograderError(f"{name}: the file is empty; save the notebook and hand it in again")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise AutograderError(
            f"{name}: not UTF-8 text (byte {error.start}); save it in Jupyter and hand it in again"
        ) from None
    except RecursionError:
        raise AutograderError(
            f"{name}: nested too deeply to be a notebook; save it in Jupyter and hand it in again"
        ) from None
    except ValueError as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number out of range"
        raise AutograderError(
            f"{name}: not valid JSON ({place}); open it in Jupyter, save, and hand it in again"
        ) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise AutograderError(f"{name}: not a Jupyter notebook of format 4; save it in Jupyter and hand it in again")
    if notebook.get("nbformat") != 4:
        raise AutograderError(
            f"{name}: notebook format {ascii(notebook.get('nbformat'))[:20]}, not 4; save it in a current Jupyter"
        )
    if len(notebook["cells"]) > MAX_CELLS:
        raise AutograderError(
            f"{name}: {len(notebook['cells'])} cells, at most {MAX_CELLS}; delete those you do not need"
        )
    return notebook


def cell_of(raw: Any, place: int, name: str) -> Cell:
    """Return the cell for an item of `load`; `place` is its position, counted from 1.

    Raises:
        AutograderError: as for `read`.
    """
    if not isinstance(raw, dict) or raw.get("cell_type") not in ("code", "markdown", "raw"):
        raise AutograderError(f"{name}: cell {place} is not a cell; save the notebook in Jupyter and hand it in again")
    source = raw.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise AutograderError(f"{name}: cell {place} has no text; save the notebook in Jupyter and hand it in again")
    metadata = raw.get("metadata")
    graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = graded.get("grade_id") if isinstance(graded, dict) else None
    return Cell(
        raw["cell_type"],
        # As Python and Jupyter's editor read it: line ends of other systems are line ends.
        _text(source).replace("\r\n", "\n").replace("\r", "\n"),
        grade_id if isinstance(grade_id, str) else "",
        _pictures(raw.get("attachments")),
    )


def _text(text: str) -> str:
    """The text without half characters, which JSON can hold and no file."""
    return text.encode("utf-8", "replace").decode()


def _pictures(raw: Any) -> dict[str, dict[str, str]]:
    """Return the pictures among a cell's attachments; others are dropped."""
    kept: dict[str, dict[str, str]] = {}
    if isinstance(raw, dict):
        for name, bundle in raw.items():
            if isinstance(bundle, dict):
                pictures = {
                    mime: data
                    for mime in _PICTURES
                    if isinstance(data := bundle.get(mime), str) and _BASE64.fullmatch(data)
                }
                if pictures:
                    kept[_text(name)] = pictures
    return kept
