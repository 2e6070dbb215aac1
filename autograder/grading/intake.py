"""Finds submissions in nbgrader's folder submitted/ and prepares them for grading."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.course import recognition, timestamps
from autograder.course.candidates import Candidate, candidate, choose, listed
from autograder.course.release import Release
from autograder.course.repair import Repaired, repair
from autograder.course.timestamps import Timestamp
from autograder.errors import AutograderError, in_a_line, writable
from autograder.language import gettext
from autograder.language.staff import for_staff
from autograder.model.submission import Submission, to_submission
from autograder.notebook.reading import Cell, read_notebook

_STUDENT = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\<>&\"'*?\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
"""Excludes characters that are unsafe in a student's name.

These are control characters, line separators, HTML's special characters, marks of text direction, surrogates, and the
wildcards of nbgrader's commands.
"""
_MAX_BYTES = 1024
"""Maximum size of the files that nbgrader writes beside a notebook."""


@dataclass(frozen=True)
class HandedIn:
    """One student's folder for one problem set; `student` can be printed anywhere, the folder's own name may not."""

    student: str
    problem_set: str
    folder: Path


@dataclass(frozen=True)
class Prepared:
    """A submission ready for grading, with its repaired cells and, if known, the time of submission.

    `secret` is the token with which nbgrader's exchange returns feedback to the student, if it was submitted there.
    """

    handed_in: HandedIn
    submission: Submission
    repaired: Repaired
    timestamp: Timestamp | None
    secret: str | None = None


def is_student(name: str) -> bool:
    """Return whether a name can be a student's; it is used as a folder's name and shown in pages."""
    if not _STUDENT.fullmatch(name) or len(name.encode()) > 200:  # names of files append more to it
        return False
    return not name.startswith(".") and name == name.strip()


def find(submitted: Path, problem_sets: Sequence[str]) -> Iterator[HandedIn]:
    """Yield the folders `submitted`/<student>/<problem set>/, by student and problem set."""
    if not submitted.is_dir():
        return
    for student in sorted(submitted.iterdir()):
        if not student.is_dir() or student.name.startswith("."):
            continue
        for problem_set in problem_sets:
            folder = student / problem_set
            # Path.is_dir would raise for an unreadable folder; such folders are reported as overlooked.
            if os.path.isdir(folder) and not folder.is_symlink():  # noqa: PTH112
                yield HandedIn(writable(student.name), problem_set, folder)


def prepare(handed_in: HandedIn, release: Release, max_bytes: int, clock: ZoneInfo) -> Prepared:
    """Read and repair one submission.

    Args:
        handed_in: the student's folder.
        release: the release of the problem set.
        max_bytes: the maximum size of the notebook.
        clock: the course's time zone.

    Raises:
        AutograderError: it cannot be graded; the message is one line with the file and the fix.
    """
    if not is_student(handed_in.student):
        raise AutograderError("{folder!r}: not a student's name; rename the folder", folder=str(handed_in.folder))
    try:
        return _prepared(handed_in, release, max_bytes, clock)
    except AutograderError:
        raise
    except PermissionError:
        raise AutograderError(
            "{folder}: cannot be read; make it readable: chmod -R u+rX", folder=handed_in.folder
        ) from None
    except Exception as error:
        raise AutograderError(
            "{folder}: cannot be read: {error}; autograder logs", folder=handed_in.folder, error=in_a_line(error)
        ) from error


def _prepared(handed_in: HandedIn, release: Release, max_bytes: int, clock: ZoneInfo) -> Prepared:
    cells, repairs = _notebook(handed_in.folder, release, max_bytes)
    repaired = repair(cells, release)
    submission = to_submission(repaired, release, repairs)
    timestamp, secret = handed_in_at(handed_in.folder, clock), _secret(handed_in.folder)
    return Prepared(handed_in, submission, repaired, timestamp, secret)


def _notebook(folder: Path, release: Release, max_bytes: int) -> tuple[list[Cell], list[str]]:
    """Return the cells of the notebook to be graded, and remarks to the student about the choice."""
    right = folder / release.path.name
    named: Candidate | None = None
    why = for_staff("no such file; put the student's notebook there")
    if right.exists():
        cells = read_notebook(right, max_bytes)
        fault = recognition.fault(cells, release)
        why = fault
        named = None if fault else candidate(right.name, cells, release)
    beside = _others(folder, release, max_bytes)
    found = [*([named] if named else []), *beside]
    if not found:
        raise AutograderError("{path}: {why}", path=right, why=why)
    chosen = choose(found, named)
    if chosen is None:
        names = listed([writable(one.name) for one in found if one.answers])
        raise AutograderError(
            "{right}: of {names} more than one could be meant; leave only the right one there, as {file}",
            right=right,
            names=names,
            file=right.name,
        )
    left = listed([writable(one.name) for one in beside if one is not chosen and not chosen.holds_all_of(one)])
    said = []
    if chosen is not named:
        files = {"name": listed([writable(chosen.name)]), "right": right.name}
        if named:
            taken = gettext(
                "The notebook was named {name}; it was taken as {right}, which holds more than {right}.", **files
            )
        else:
            taken = gettext("The notebook was named {name}; it was taken as {right}.", **files)
        said = [taken]
    elif left:
        said = [gettext("Beside {right} there is {others}, which is not graded.", right=right.name, others=left)]
    return list(chosen.cells), said


def is_untouched(folder: Path, release: Release, max_bytes: int) -> bool:
    """Return whether a student's folder holds the unchanged release; False if it cannot be read."""
    try:
        cells, _ = _notebook(folder, release, max_bytes)
    except AutograderError:
        return False
    return not recognition.answers(cells, release)


def _others(folder: Path, release: Release, max_bytes: int) -> list[Candidate]:
    """Return the other notebooks of the problem set in the folder; unreadable ones are left out."""
    found = []
    for path in sorted(folder.glob("*.ipynb")):
        if path.name != release.path.name:
            try:
                cells = read_notebook(path, max_bytes)
            except AutograderError:
                continue
            if not recognition.fault(cells, release):
                found.append(candidate(path.name, cells, release))
    return found


def handed_in_at(folder: Path, clock: ZoneInfo) -> Timestamp | None:
    """Return the time in nbgrader's timestamp.txt, or None; editors on Windows may add a byte order mark."""
    text = _plain_text(folder / "timestamp.txt", "utf-8-sig")
    return timestamps.read(text, clock) if text else None


def _plain_text(path: Path, encoding: str) -> str | None:
    """Return a short file's text; None for a link, an irregular file (a pipe never ends), or other contents."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            data = file.read(_MAX_BYTES + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
        return data.decode(encoding) if len(data) <= _MAX_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None


def _secret(folder: Path) -> str | None:
    """Return the token in nbgrader's submission_secret.txt, or None."""
    text = _plain_text(folder / "submission_secret.txt", "ascii")
    return text if text and text.isalnum() else None
