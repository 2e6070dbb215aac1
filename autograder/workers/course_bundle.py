"""Packs the files of a course that grading needs into bytes, to be sent to workers on other machines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import msgspec

from autograder.errors import AutograderError
from autograder.grading.inputs import files_of


def pack(root: Path, problem_sets: Iterable[str]) -> bytes:
    """Pack the files of the problem sets; equal files give equal bytes.

    Args:
        root: the course's folder.
        problem_sets: the names of the problem sets.
    """
    files = {path for name in problem_sets for path in files_of(root, name).for_workers()}
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    return msgspec.msgpack.encode(found, order="sorted")


def unpack(bundle: bytes, root: Path) -> None:
    """Write the files of a bundle into a folder.

    Args:
        bundle: the bytes that `pack` returned.
        root: an existing folder.

    Raises:
        AutograderError: a path in the bundle is outside the folder.
    """
    for name, data in msgspec.msgpack.decode(bundle, type=dict[str, bytes]).items():
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts:
            raise AutograderError("{name}: is outside the course's folder", name=name)
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
