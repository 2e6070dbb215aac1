"""Notebooks as untrusted data: reading one, and making it fit the release again.

Nothing of a submitted notebook is kept but the sources of its cells and the pictures pasted into its prose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError

from .release import Release

MAX_CELLS = 2000
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


@dataclass(frozen=True)
class Cell:
    """One cell of a submission; `grade_id` is one of the release's, or empty for a cell of the student's own."""

    kind: str
    source: str
    grade_id: str = ""
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Repaired:
    """A submission that fits its release again: its cells in order, and what was mended, for the student."""

    cells: tuple[Cell, ...]
    repairs: tuple[str, ...]

    def place(self, grade_id: str) -> int | None:
        """Where a cell of the release stands (from 1, as students count); None where it is missing."""
        return next((place for place, cell in enumerate(self.cells, 1) if cell.grade_id == grade_id), None)


def read(path: Path, max_bytes: int) -> list[Cell]:
    """The cells of a submitted notebook.

    Raises:
        AutograderError: it is no notebook that Jupyter would open; one line, naming file and fix.
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
    """The cells of a notebook's bytes; `name` is the file's, for errors.

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
    return [_cell(raw, place, name) for place, raw in enumerate(notebook["cells"], 1)]


def _cell(raw: Any, place: int, name: str) -> Cell:
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
    source = source.encode("utf-8", "replace").decode()
    return Cell(
        raw["cell_type"], source, grade_id if isinstance(grade_id, str) else "", _pictures(raw.get("attachments"))
    )


def _pictures(raw: Any) -> dict[str, dict[str, str]]:
    """The pictures among a cell's attachments; what is not a picture is dropped."""
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
                    kept[name] = pictures
    return kept


def repair(cells: list[Cell], release: Release) -> Repaired:
    """Make the cells fit the release: restore locked ones, drop copies, put back what is missing at the end."""
    repairs: list[str] = []
    last = {cell.grade_id: place for place, cell in enumerate(cells) if cell.grade_id in release.cells}
    kept: list[Cell] = []
    for place, cell in enumerate(cells):
        ours = release.cells.get(cell.grade_id)
        if ours is None:
            kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif last[cell.grade_id] != place:
            if ours.locked:
                repairs.append(f"A copy of the locked cell {ours.grade_id} was left out.")
            else:  # a copy of a cell to be written in may hold work: it runs, as a cell of the student's own
                repairs.append(
                    f"The cell {ours.grade_id} is there more than once; the last is the one that is handed in."
                )
                kept.append(Cell(cell.kind, cell.source, "", cell.attachments))
        elif ours.locked:
            # Prose is not graded, and may be the release's in another language: it is put back without a word.
            if ours.kind == "code" and (cell.source != ours.source or cell.kind != ours.kind):
                repairs.append(f"The locked cell {ours.grade_id} was changed; it was put back as it was.")
            kept.append(Cell(ours.kind, ours.source, ours.grade_id))
        else:
            if cell.kind != ours.kind:
                repairs.append(
                    f"The cell {ours.grade_id} was made a {cell.kind} cell; it was taken as {ours.kind} again."
                )
            kept.append(Cell(ours.kind, cell.source, ours.grade_id, cell.attachments))
    released = list(release.cells.values())
    for index, ours in enumerate(released):
        if ours.grade_id in last:
            continue
        if ours.locked and ours.kind == "code" and not ours.raw["metadata"]["nbgrader"]["grade"]:
            # Set-up code belongs where it was: below the nearest cell of the release before it that is left.
            before = {cell.grade_id for cell in released[:index]}
            place = max((spot for spot, cell in enumerate(kept, 1) if cell.grade_id in before), default=0)
            kept.insert(place, Cell(ours.kind, ours.source, ours.grade_id))
            repairs.append(f"The locked cell {ours.grade_id} was missing; it was put back.")
        elif ours.raw["metadata"]["nbgrader"]["grade"] or not ours.locked:
            kept.append(Cell(ours.kind, ours.source if ours.locked else "", ours.grade_id))
            repairs.append(f"The cell {ours.grade_id} was missing; it was put back at the end.")
    return Repaired(tuple(kept), tuple(repairs))
