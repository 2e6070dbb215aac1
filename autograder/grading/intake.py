"""Finds what students handed in, in nbgrader's submitted/ folder, and makes it ready for grading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.course.recognition import exercises_by_id, exercises_by_text, is_written, of_another, work
from autograder.course.release import Release
from autograder.course.repair import Repaired, repair
from autograder.errors import AutograderError, in_a_line, writable
from autograder.model.submission import Submission, to_submission
from autograder.notebook.reading import Cell, read

_STUDENT = re.compile(r"[^\x00-\x1f\x7f/\\<>&\"'\ud800-\udfff]+")
_YEARS = range(1970, 9999)
"""A time before or after is none, and cannot be counted with."""


@dataclass(frozen=True)
class HandedIn:
    """One student's folder for one problem set; the name can be written anywhere, the folder perhaps not."""

    student: str
    problem_set: str
    folder: Path


@dataclass(frozen=True)
class Prepared:
    """A submission that can be graded, its cells as they will be shown, and when it was handed in (text, or None).

    `secret` is what nbgrader's exchange asks for to lead feedback back to the student, where it came from there.
    """

    handed_in: HandedIn
    submission: Submission
    repaired: Repaired
    timestamp: str | None
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
            if folder.is_dir() and not folder.is_symlink():
                yield HandedIn(writable(student.name), problem_set, folder)


def prepare(handed_in: HandedIn, release: Release, max_bytes: int) -> Prepared:
    """Read and repair one submission.

    Raises:
        AutograderError: it cannot be graded; one line, naming file and fix.
    """
    if not is_student(handed_in.student):
        raise AutograderError(f"{str(handed_in.folder)!r}: not a student's name; rename the folder")
    try:
        return _prepared(handed_in, release, max_bytes)
    except AutograderError:
        raise
    except Exception as error:
        raise AutograderError(f"{handed_in.folder}: cannot be read: {in_a_line(error)}; autograder logs") from error


def _prepared(handed_in: HandedIn, release: Release, max_bytes: int) -> Prepared:
    path, cells, repairs = _notebook(handed_in, release, max_bytes)
    folder = release.path.parent.parent  # where the other releases stand
    names = sorted(other.name for other in folder.iterdir() if other.is_dir())
    if other := of_another(cells, release, folder.parent, names):
        raise AutograderError(
            f"{path}: is {other}, not {release.problem_set}; put it in {handed_in.folder.parent / other}/ if it is what"
            f" counts there, and ask for {release.problem_set}"
        )
    repaired = repair(cells, release)
    submission = to_submission(repaired, release, repairs)
    return Prepared(handed_in, submission, repaired, handed_in_at(handed_in.folder), _secret(handed_in.folder))


def _notebook(handed_in: HandedIn, release: Release, max_bytes: int) -> tuple[Path, list[Cell], list[str]]:
    """The notebook that counts, its cells, and what is to be said of that.

    One in which nothing is written never goes before one in which something is. Where two could be meant, none is taken.
    """
    right = handed_in.folder / release.path.name
    others = [path for path in sorted(handed_in.folder.glob("*.ipynb")) if path != right]
    named = read(right, max_bytes) if right.exists() else None
    if named is not None and (not others or is_written(named, release)):
        beside = [
            writable(path.name) for path, cells in _known(others, release, max_bytes) if work(cells) != work(named)
        ]
        said = f"Beside {right.name} there is {', '.join(beside)}, which is not graded."
        return right, named, [said] if beside else []
    known = list(_known(others, release, max_bytes))
    written = [(path, cells) for path, cells in known if is_written(cells, release)]
    if named is not None and not written:
        return right, named, []
    found = {work(cells): (path, cells) for path, cells in written or known}
    if len(found) > 1:
        names = ", ".join(writable(path.name) for path, _ in sorted(found.values(), key=lambda one: one[0]))
        why = "nothing is written in it" if named is not None else "no such file"
        raise AutograderError(f"{right}: {why}, and several others could be meant: {names}; rename the right one")
    for path, cells in found.values():
        why = f", since nothing is written in {right.name}" if named is not None else ""
        return path, cells, [f"The notebook was named {writable(path.name)}; it was taken as {right.name}{why}."]
    raise AutograderError(f"{right}: no such file; put the student's notebook there")


def _known(paths: Sequence[Path], release: Release, max_bytes: int) -> Iterator[tuple[Path, list[Cell]]]:
    """Those of the notebooks that hold exercises of the release, or of no release at all but the same names."""
    for path in paths:
        try:
            cells = read(path, max_bytes)
        except AutograderError:
            continue
        if exercises_by_id(cells, release) or exercises_by_text(cells, release):
            yield path, cells


def handed_in_at(folder: Path) -> str | None:
    """nbgrader's timestamp.txt, where it holds one; editors of Windows may put a mark of its encoding before it."""
    path = folder / "timestamp.txt"
    try:
        return timestamp(path.read_text(encoding="utf-8-sig").strip()[:64])
    except (OSError, UnicodeDecodeError):
        return None


def timestamp(text: str) -> str | None:
    """The text, if it is a date and time as nbgrader writes it: 2026-10-01 23:59:00.000000 UTC."""
    moment = text.rsplit(" ", 1)[0] if text.count(" ") > 1 else text
    try:
        datetime.fromisoformat(moment)
        return text if moment_of(text).year in _YEARS else None
    except (ValueError, OverflowError):
        return None


def moment_of(text: str) -> datetime:
    """The moment of a timestamp, in UTC and without a time zone, as nbgrader counts.

    Raises:
        ValueError, OverflowError: it is none.
    """
    from nbgrader.utils import parse_utc

    moment: datetime = parse_utc(text)
    return moment


def _secret(folder: Path) -> str | None:
    """nbgrader's submission_secret.txt."""
    path = folder / "submission_secret.txt"
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 1024:
            return None
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    return text if text.isalnum() else None
