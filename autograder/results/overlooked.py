"""Finds files in submitted/ that are ignored: notebooks in the wrong place, and invalid timestamps."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.course.config import Course
from autograder.grading.intake import handed_in_at


def lines(submitted: Path, course: Course, chosen: Sequence[str], students: Collection[str] = ()) -> list[str]:
    """Return a line for each such file, with the fix.

    Args:
        submitted: nbgrader's submitted folder.
        course: the course.
        chosen: the problem sets to report on.
        students: the students to report on; all if empty.
    """
    found: list[str] = []
    for path in _inside(submitted):
        if path.suffix == ".ipynb" and path.is_file():
            found += [] if students else [f"{path}: not graded; put it in {submitted}/<student>/<problem set>/"]
        elif path.is_dir() and (not students or path.name in students):
            if os.access(path, os.X_OK):
                found += _of_student(path, course, chosen)
            else:
                found.append(f"{path}: not graded: cannot be looked into; make it readable: chmod -R u+rX")
    return found + _hidden(submitted, chosen, students)


def _hidden(submitted: Path, chosen: Sequence[str], students: Collection[str]) -> list[str]:
    """Folders of students that count as hidden."""
    return [
        f"{path}: not graded: its name begins with a dot; rename the folder"
        for path in _listed(submitted)
        if path.name.startswith(".")
        and (not students or path.name in students)
        and any(os.path.isdir(path / name) for name in chosen)  # noqa: PTH112
    ]


def _of_student(folder: Path, course: Course, chosen: Sequence[str]) -> Iterator[str]:
    known = course.problem_sets
    for path in _inside(folder):
        if path.is_file():
            if path.suffix.lower() == ".ipynb":
                meant = _meant(path.stem, known)
                if meant is None or meant in chosen:
                    yield f"{path}: not graded; put it in {folder / (meant or '<problem set>')}/"
        elif path.name in chosen:
            yield from _time(path, course.clock)
        elif path.name not in known and next(path.rglob("*.ipynb"), None) is not None:
            meant = _meant(path.name, known)
            if meant is None:
                yield f"{path}: not graded: course.yml has no problem set of this name; rename or remove the folder"
            elif meant in chosen and not path.is_symlink():
                both = " (which exists as well)" if (folder / meant).is_dir() else ""
                yield f"{path}: not graded; rename the folder to {meant}{both}"


def _time(folder: Path, clock: ZoneInfo) -> Iterator[str]:
    path = folder / "timestamp.txt"
    if os.path.lexists(path) and handed_in_at(folder, clock) is None:
        fault = "not a date and time, or of an unknown time zone, so the submission counts as in time"
        yield f"{path}: {fault}; write 2026-10-01 23:59:00 UTC"


def _meant(name: str, known: Collection[str]) -> str | None:
    """Return the problem set that a name begins with, ignoring case and punctuation: PS1, "ps 1", ps1-final."""
    found = []
    for one in known:
        signs = r"[\W_]*".join(re.escape(sign) for sign in one if sign.isalnum())
        if re.match(rf"{signs}(?!\d)", name, re.IGNORECASE):
            found.append(one)
    return max(found, key=len, default=None)


def _inside(folder: Path) -> list[Path]:
    return [path for path in _listed(folder) if not path.name.startswith(".")]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # missing or not readable
        return []
