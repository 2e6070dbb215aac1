"""Paths of the result files of a submission, and atomic writing of files."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from autograder.course import nbgrader
from autograder.errors import AutograderError, RunError
from autograder.language.staff import for_staff
from autograder.model.verdict import Verdict, read, to_json

EXPORTS = "exports"
"""The folder for exported files."""
_FOR_ALL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
"""Errors that prevent writing any file, not only this one; they end the run."""


def autograded(root: Path, student: str, problem_set: str) -> Path:
    """Return nbgrader's folder for the graded notebook."""
    return root / nbgrader.AUTOGRADED / student / problem_set


def feedback(root: Path, student: str, problem_set: str) -> Path:
    """Return the path of the feedback page, the same as nbgrader's."""
    return root / nbgrader.FEEDBACK / student / problem_set / f"{problem_set}.html"


def pages(root: Path, student: str, problem_set: str) -> tuple[Path, Path]:
    """Return the paths of the graded notebook and the feedback page."""
    notebook = autograded(root, student, problem_set) / f"{problem_set}.ipynb"
    return notebook, feedback(root, student, problem_set)


def verdict(root: Path, student: str, problem_set: str) -> Path:
    """Return the path of the verdict."""
    return root / "verdicts" / problem_set / f"{student}.json"


def store(root: Path) -> Path:
    """Return the path of the cache of results."""
    return root / "verdicts" / "store.db"


def read_verdict(root: Path, student: str, problem_set: str) -> Verdict:
    """Return a stored verdict.

    Raises:
        OSError: there is none.
        msgspec.MsgspecError: it is not in this version's format.
    """
    return read(verdict(root, student, problem_set))


def verdict_if_any(root: Path, student: str, problem_set: str) -> Verdict | None:
    """Return a stored verdict; None if there is none in this version's format."""
    try:
        return read_verdict(root, student, problem_set)
    except (OSError, msgspec.MsgspecError):
        return None


def verdict_if_whole(root: Path, student: str, problem_set: str) -> Verdict | None:
    """Return a stored verdict; None if it, the graded notebook or the feedback page is missing."""
    exist = all(path.is_file() for path in pages(root, student, problem_set))
    return verdict_if_any(root, student, problem_set) if exist else None


def write_files(root: Path, verdict: Verdict, notebook: bytes, beside: Mapping[str, str | None]) -> None:
    """Write the graded notebook of a submission, and then its verdict.

    Args:
        root: the course's folder.
        verdict: the submission's verdict, with its student.
        notebook: the contents of the graded notebook.
        beside: texts of further files in the folders of notebook and feedback page, by file name; a None is skipped.

    Raises:
        AutograderError: the disk is full, or a folder is not writable.
    """
    places = pages(root, verdict.student, verdict.problem_set)
    write(places[0], notebook)
    for name, text in beside.items():
        if text:
            for path in places:
                write(path.with_name(name), text.encode())
    write_verdict(root, verdict)


def write_verdict(root: Path, found: Verdict) -> None:
    """Write a verdict to its file."""
    write(verdict(root, found.student, found.problem_set), to_json(found))


def write(path: Path, data: bytes) -> None:
    """Write a file atomically; create its folder if it is missing.

    Raises:
        AutograderError: the disk is full, or the folder is not writable.
    """
    # The name is unique, and its pid tells which process left the file after a crash.
    beside = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        try:
            file = beside.open("xb")
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = beside.open("xb")
        with file:
            file.write(data)
        os.replace(beside, path)  # noqa: PTH105
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        kind = RunError if error.errno in _FOR_ALL else AutograderError
        line = for_staff(
            "{path}: cannot be written: {why}; free some space, or make it writable", path=path, why=error.strerror
        )
        raise kind("{line}", line=line) from None
