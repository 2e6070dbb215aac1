"""The lock of a course's folder, which prevents two runs from writing the same files and rows at once."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from autograder.errors import AutograderError
from autograder.language.staff import for_staff

_LOOK_SECONDS = 0.1


@contextlib.contextmanager
def held(root: Path, name: str, whose: str, *, wait: bool = False) -> Iterator[None]:
    """Hold a lock of the course's folder; the operating system releases it when this process ends, even by a crash.

    Args:
        root: the course's folder.
        name: the lock's name.
        whose: the other possible holder, for the error message.
        wait: whether to wait for the lock instead of raising an error.

    Raises:
        AutograderError: another process holds the lock, or its file cannot be created.
    """
    path = root / "verdicts" / f"{name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise AutograderError(
            "{path}: cannot be created: {why}; make its folder writable", path=path, why=error.strerror
        ) from None
    with file:
        while not _try_lock(file):
            if not wait:
                raise AutograderError(
                    "{path}: held by {whose}; wait until it ends, or stop it", path=path, whose=_holder(whose, file)
                )
            time.sleep(_LOOK_SECONDS)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _try_lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(whose: str, file: TextIO) -> str:
    file.seek(0)
    number = file.read(20)
    return for_staff("{whose} (process {number})", whose=whose, number=number) if number.isdigit() else whose
