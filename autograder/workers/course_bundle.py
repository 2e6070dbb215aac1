"""What grading needs of a course, as one piece of data: for workers on other machines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import msgspec

from autograder.errors import AutograderError


def pack(root: Path, problem_sets: Iterable[str]) -> bytes:
    """The hidden checks, what they share, and the solutions' code: the same bytes for the same files."""
    hidden = root / "tests" / "hidden"
    files = [root / "conftest.py", root / "tests" / "conftest.py", *hidden.glob("*.py")]
    for name in problem_sets:
        files += [*(hidden / name).rglob("*.py"), *(root / "solutions" / name).glob("*.py")]
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in files if path.is_file()}
    return msgspec.msgpack.encode(found, order="sorted")


def unpack(parcel: bytes, root: Path) -> None:
    """Write what was packed into the folder `root`.

    Raises:
        AutograderError: a name in it leads out of the folder.
    """
    for name, data in msgspec.msgpack.decode(parcel, type=dict[str, bytes]).items():
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts:
            raise AutograderError(f"{name}: leads out of the course")
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
