"""Reads notebooks as untrusted data, and keeps only the cells' sources and the pictures in the prose."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError
from autograder.language import gettext, gettext_noop

MAX_CELLS = 2000
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


_SAVE = gettext_noop("save it in Jupyter"), gettext_noop("save it in Jupyter and hand it in again")
_SAVE_NOTEBOOK = (
    gettext_noop("save the notebook in Jupyter"),
    gettext_noop("save the notebook in Jupyter and hand it in again"),
)
_SAVE_FILE = gettext_noop("save the notebook"), gettext_noop("save the notebook and hand it in again")
_OPEN = gettext_noop("open it in Jupyter, save"), gettext_noop("open it in Jupyter, save, and hand it in again")


class Unreadable(AutograderError):
    """A file is not a notebook; the message names the fix.

    `at_home` is the message for a notebook that has not been submitted.
    """

    def __init__(self, name: object, why: str, fix: tuple[str, str]) -> None:
        here, handed_in = (gettext("{why}; {fix}", why=why, fix=gettext(text)) for text in fix)
        super().__init__("{name}: {why}", name=name, why=handed_in)
        self.at_home = f"{name}: {here}"


@dataclass(frozen=True)
class Cell:
    """One cell of a submission; `grade_id` is one of the release, or empty for cells that the student added."""

    kind: str
    source: str
    grade_id: str = ""
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_notebook(path: Path, max_bytes: int) -> list[Cell]:
    """Return the cells of a submitted notebook.

    Args:
        path: the notebook's file.
        max_bytes: the maximum size of the file.

    Raises:
        AutograderError: the file is missing, too large or not a notebook; the message names the file and the fix.
    """
    try:
        if not path.is_file() or path.is_symlink():
            why = gettext("no such file; the notebook must be handed in under this name")
            raise AutograderError("{path}: {why}", path=path, why=why)
        size = path.stat().st_size
        if size > max_bytes:
            why = gettext(
                "{size} MiB, at most {most}; clear all outputs, save, and hand it in again",
                size=size >> 20,
                most=max_bytes >> 20,
            )
            raise AutograderError("{path}: {why}", path=path, why=why)
        data = path.read_bytes()
    except OSError as error:
        why = gettext("cannot be read: {why}", why=error.strerror)
        raise AutograderError("{path}: {why}", path=path, why=why) from None
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
        raise Unreadable(name, gettext("the file is empty"), _SAVE_FILE)
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(name, gettext("not UTF-8 text (byte {byte})", byte=error.start), _SAVE) from None
    except RecursionError:
        raise Unreadable(name, gettext("nested too deeply to be a notebook"), _SAVE) from None
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            why = gettext("not valid JSON (line {line})", line=error.lineno)
        else:
            why = gettext("not valid JSON (a number out of range)")
        raise Unreadable(name, why, _OPEN) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise Unreadable(name, gettext("not a Jupyter notebook of format 4"), _SAVE)
    if notebook.get("nbformat") != 4:
        given = ascii(notebook.get("nbformat"))[:20]
        why = gettext("notebook format {format}, not 4; save it in a current Jupyter", format=given)
        raise AutograderError("{name}: {why}", name=name, why=why)
    if len(notebook["cells"]) > MAX_CELLS:
        counts = {"count": len(notebook["cells"]), "most": MAX_CELLS}
        why = gettext("{count} cells, at most {most}; delete those you do not need", **counts)
        raise AutograderError("{name}: {why}", name=name, why=why)
    return notebook


def cell_of(raw: Any, place: int, name: str) -> Cell:
    """Return the cell for an item of `load`; `place` is its position, counted from 1.

    Raises:
        AutograderError: as for `read`.
    """
    if not isinstance(raw, dict) or raw.get("cell_type") not in ("code", "markdown", "raw"):
        raise Unreadable(name, gettext("cell {cell} is not a cell", cell=place), _SAVE_NOTEBOOK)
    source = raw.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable(name, gettext("cell {cell} has no text", cell=place), _SAVE_NOTEBOOK)
    metadata = raw.get("metadata")
    graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = graded.get("grade_id") if isinstance(graded, dict) else None
    return Cell(
        raw["cell_type"],
        # Line ends of other systems are line ends, as for Python and Jupyter's editor.
        _text(source).replace("\r\n", "\n").replace("\r", "\n"),
        grade_id if isinstance(grade_id, str) else "",
        _pictures(raw.get("attachments")),
    )


def _text(text: str) -> str:
    """Return the text with lone surrogates replaced, which JSON can contain but files cannot."""
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
