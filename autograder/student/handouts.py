"""Copies the files that came with a notebook to the folder where its cells run, as in grading."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.notebook.handout_names import MAX_FILE, MAX_FILES, fault


@dataclass(frozen=True)
class Handouts:
    """The names of the files in the release, and the folder of the notebook, which should contain them.

    `missing` are the files that it does not contain, `changed` those that differ from the release.
    """

    folder: Path
    names: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def copy(self, into: Path) -> None:
        """Copy the existing files into a folder, read-only, replacing copies that cells have changed."""
        for name in self.names:
            data, path = _content(self.folder / name), into / name
            if data is None:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                path.chmod(0o600)  # on Windows a read-only file cannot be removed
                path.unlink()
            path.write_bytes(data)
            path.chmod(0o444)


NONE = Handouts(Path())


def of(notebook: Path, given: Mapping[str, Any]) -> Handouts:
    """Return the files that came with a notebook.

    Args:
        notebook: the file of the notebook.
        given: the SHA-256 of each file by its name, from the notebook's metadata; names that lead elsewhere are left
            out, since anybody may have edited them.
    """
    names = [name for name in list(given)[:MAX_FILES] if isinstance(name, str) and not fault(name)]
    found = {name: _content(notebook.parent / name) for name in names}
    return Handouts(
        notebook.parent,
        tuple(names),
        tuple(name for name, data in found.items() if data is None),
        tuple(
            name for name, data in found.items() if data is not None and hashlib.sha256(data).hexdigest() != given[name]
        ),
    )


def _content(path: Path) -> bytes | None:
    """Return a file's content; None if it is not a regular file, or is larger than a handout may be."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), "rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError:
        return None
    return data if len(data) <= MAX_FILE else None
