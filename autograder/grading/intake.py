"""Finds what students handed in, in nbgrader's submitted/ folder, and makes it ready for grading."""

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
from autograder.model.submission import Submission, to_submission
from autograder.notebook.reading import Cell, read

_STUDENT = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\<>&\"'*?\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
"""No control characters, nothing that ends a line, is HTML's, turns the direction of what follows the name, or stands
for other names in nbgrader's commands."""
_MAX_BYTES = 1024
"""Of what nbgrader writes beside a notebook."""


@dataclass(frozen=True)
class HandedIn:
    """One student's folder for one problem set; the name can be written anywhere, the folder perhaps not."""

    student: str
    problem_set: str
    folder: Path


@dataclass(frozen=True)
class Prepared:
    """A submission that can be graded, its cells as they will be shown, and when it was handed in, if that is known.

    `secret` is what nbgrader's exchange asks for to lead feedback back to the student, where it came from there.
    """

    handed_in: HandedIn
    submission: Submission
    repaired: Repaired
    timestamp: Timestamp | None
    secret: str | None = None


def is_student(name: str) -> bool:
    """Whether a name can be a student's: it becomes a folder's, and stands in pages."""
    if not _STUDENT.fullmatch(name) or len(name.encode()) > 200:  # files are named after it, with more behind it
        return False
    return not name.startswith(".") and name == name.strip()


def find(submitted: Path, problem_sets: Sequence[str]) -> Iterator[HandedIn]:
    """All that stands in `submitted`/<student>/<problem set>/, by student and problem set."""
    if not submitted.is_dir():
        return
    for student in sorted(submitted.iterdir()):
        if not student.is_dir() or student.name.startswith("."):
            continue
        for problem_set in problem_sets:
            folder = student / problem_set
            # What cannot be looked into is named among what is overlooked.
            if os.path.isdir(folder) and not folder.is_symlink():  # noqa: PTH112
                yield HandedIn(writable(student.name), problem_set, folder)


def prepare(handed_in: HandedIn, release: Release, max_bytes: int, clock: ZoneInfo) -> Prepared:
    """Read and repair one submission.

    Args:
        handed_in: the student's folder.
        release: what the student was given.
        max_bytes: of the notebook.
        clock: the course's.

    Raises:
        AutograderError: it cannot be graded; one line, naming file and fix.
    """
    if not is_student(handed_in.student):
        raise AutograderError(f"{str(handed_in.folder)!r}: not a student's name; rename the folder")
    try:
        return _prepared(handed_in, release, max_bytes, clock)
    except AutograderError:
        raise
    except PermissionError:
        raise AutograderError(f"{handed_in.folder}: cannot be read; make it readable: chmod -R u+rX") from None
    except Exception as error:
        raise AutograderError(f"{handed_in.folder}: cannot be read: {in_a_line(error)}; autograder logs") from error


def _prepared(handed_in: HandedIn, release: Release, max_bytes: int, clock: ZoneInfo) -> Prepared:
    cells, repairs = _notebook(handed_in.folder, release, max_bytes)
    repaired = repair(cells, release)
    submission = to_submission(repaired, release, repairs)
    timestamp, secret = handed_in_at(handed_in.folder, clock), _secret(handed_in.folder)
    return Prepared(handed_in, submission, repaired, timestamp, secret)


def _notebook(folder: Path, release: Release, max_bytes: int) -> tuple[list[Cell], list[str]]:
    """The cells of the notebook that counts, and what the student is told of the choice."""
    right = folder / release.path.name
    named: Candidate | None = None
    why = f"{right}: no such file; put the student's notebook there"
    if right.exists():
        cells = read(right, max_bytes)
        fault = recognition.fault(cells, release)
        why = f"{right}: {fault}"
        named = None if fault else candidate(right.name, cells, release)
    beside = _others(folder, release, max_bytes)
    found = [*([named] if named else []), *beside]
    if not found:
        raise AutograderError(why)
    chosen = choose(found, named)
    if chosen is None:
        names = listed([writable(one.name) for one in found if one.answers])
        raise AutograderError(
            f"{right}: of {names} more than one could be meant; leave only the right one there, as {right.name}"
        )
    left = listed([writable(one.name) for one in beside if one is not chosen and not chosen.holds_all_of(one)])
    said = [f"Beside {right.name} there is {left}, which is not graded."] if left else []
    if chosen is not named:
        more = f", which holds more than {right.name}" if named else ""
        said = [f"The notebook was named {listed([writable(chosen.name)])}; it was taken as {right.name}{more}."]
    return list(chosen.cells), said


def is_untouched(folder: Path, release: Release, max_bytes: int) -> bool:
    """Whether what stands in a student's folder is the release as it was given out; not where it cannot be read."""
    try:
        cells, _ = _notebook(folder, release, max_bytes)
    except AutograderError:
        return False
    return not recognition.answers(cells, release)


def _others(folder: Path, release: Release, max_bytes: int) -> list[Candidate]:
    """The notebooks of the problem set beside the one with the right name; what cannot be read is none."""
    found = []
    for path in sorted(folder.glob("*.ipynb")):
        if path.name != release.path.name:
            try:
                cells = read(path, max_bytes)
            except AutograderError:
                continue
            if not recognition.fault(cells, release):
                found.append(candidate(path.name, cells, release))
    return found


def handed_in_at(folder: Path, clock: ZoneInfo) -> Timestamp | None:
    """nbgrader's timestamp.txt, where it holds one; editors of Windows may put a mark of its encoding before it."""
    text = _plain_text(folder / "timestamp.txt", "utf-8-sig")
    return timestamps.read(text, clock) if text else None


def _plain_text(path: Path, encoding: str) -> str | None:
    """A short file's text; None where it is no plain file (a pipe never ends), a link, longer, or not so encoded."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            data = file.read(_MAX_BYTES + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
        return data.decode(encoding) if len(data) <= _MAX_BYTES else None
    except (OSError, UnicodeDecodeError):
        return None


def _secret(folder: Path) -> str | None:
    """nbgrader's submission_secret.txt."""
    text = _plain_text(folder / "submission_secret.txt", "ascii")
    return text if text and text.isalnum() else None
