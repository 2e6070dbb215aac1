"""Where the results of one submission stand as files, and how they are written: whole or not at all."""

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
from autograder.model.verdict import Verdict, read, to_json

EXPORTS = "exports"
"""The folder for what goes elsewhere."""
_FOR_ALL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
"""Where one file cannot be written for these, none can."""


def autograded(root: Path, student: str, problem_set: str) -> Path:
    """nbgrader's folder for the graded notebook."""
    return root / nbgrader.AUTOGRADED / student / problem_set


def feedback(root: Path, student: str, problem_set: str) -> Path:
    """The feedback page, where nbgrader puts its own."""
    return root / nbgrader.FEEDBACK / student / problem_set / f"{problem_set}.html"


def pages(root: Path, student: str, problem_set: str) -> tuple[Path, Path]:
    """What people read: the graded notebook and the feedback page."""
    notebook = autograded(root, student, problem_set) / f"{problem_set}.ipynb"
    return notebook, feedback(root, student, problem_set)


def verdict(root: Path, student: str, problem_set: str) -> Path:
    """The verdict."""
    return root / "verdicts" / problem_set / f"{student}.json"


def store(root: Path) -> Path:
    """The cache of results."""
    return root / "verdicts" / "store.db"


def read_verdict(root: Path, student: str, problem_set: str) -> Verdict:
    """A verdict that was kept.

    Raises:
        OSError: there is none.
        msgspec.MsgspecError: it is not of this version.
    """
    return read(verdict(root, student, problem_set))


def verdict_if_any(root: Path, student: str, problem_set: str) -> Verdict | None:
    """A verdict that was kept; None where there is none of this version."""
    try:
        return read_verdict(root, student, problem_set)
    except (OSError, msgspec.MsgspecError):
        return None


def write_files(root: Path, verdict: Verdict, notebook: bytes, beside: Mapping[str, str | None]) -> None:
    """Write the graded notebook of a submission, and its verdict last.

    Args:
        root: the course's folder.
        verdict: of the submission, with its student.
        notebook: the graded notebook's file.
        beside: by name, texts that are written beside it and beside the feedback page; None is not written.

    Raises:
        AutograderError: the disk is full, or a folder cannot be written.
    """
    places = pages(root, verdict.student, verdict.problem_set)
    write(places[0], notebook)
    for name, text in beside.items():
        if text:
            for path in places:
                write(path.with_name(name), text.encode())
    write_verdict(root, verdict)


def write_verdict(root: Path, found: Verdict) -> None:
    """Keep a verdict."""
    write(verdict(root, found.student, found.problem_set), to_json(found))


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made where it is missing.

    Raises:
        AutograderError: the disk is full, or the folder cannot be written.
    """
    # No other process chooses this name; with the pid, what is left of a crash tells of which.
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
        raise kind(f"{path}: cannot be written: {error.strerror}; make room, or make it writable") from None
