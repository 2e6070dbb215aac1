"""Packs the files of a problem set that students get into a zip, for an LMS or a website."""

from __future__ import annotations

import zipfile
from pathlib import Path

from autograder.course import release
from autograder.errors import AutograderError

_MOMENT = (2020, 1, 1, 0, 0, 0)
"""The modification time of every file in the zip, so that the same release gives the same zip."""


def pack(root: Path, problem_set: str, into: Path) -> list[str]:
    """Write the notebook and its handouts to a zip, in a folder with the problem set's name.

    Args:
        root: the course's folder.
        problem_set: the problem set's name; its release must be built.
        into: the file to write.

    Returns:
        The names in the zip.

    Raises:
        AutograderError: there is no release, or a file is missing, or the zip cannot be written.
    """
    released = release.load(root, problem_set)
    names = sorted([released.path.name, *released.handouts])
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                info = zipfile.ZipInfo(f"{problem_set}/{name}", _MOMENT)
                info.external_attr = 0o644 << 16
                archive.writestr(info, (released.path.parent / name).read_bytes(), zipfile.ZIP_DEFLATED)
    except FileNotFoundError as error:
        raise AutograderError(
            "{path}: no such file; run: autograder build {problem_set}", path=error.filename, problem_set=problem_set
        ) from None
    except OSError as error:
        raise AutograderError(
            "{path}: cannot be written: {why}; choose another file", path=into, why=error.strerror
        ) from None
    return [f"{problem_set}/{name}" for name in names]
