"""Finds files in submitted/ that are ignored: notebooks in the wrong place, and invalid timestamps."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from autograder.course.config import Course
from autograder.grading.intake import find, handed_in_at
from autograder.language.staff import for_staff, for_staff_noop


def lines(submitted: Path, course: Course, chosen: Sequence[str], students: Collection[str] = ()) -> list[str]:
    """Return a line for each such file, with the fix.

    Args:
        submitted: nbgrader's submitted folder.
        course: the course.
        chosen: the problem sets to report on.
        students: the students to report on; all if empty.
    """
    found = [
        *_misplaced(submitted, course, chosen, students),
        *_hidden(submitted, chosen, students),
        *_times(submitted, course, chosen, students),
    ]
    found.sort(key=lambda one: str(one[1]["path"]))
    return [for_staff(text, **values) for text, values in found]


_Found = Iterator[tuple[str, dict[str, object]]]
"""Sentences for staff with their values."""


def _misplaced(submitted: Path, course: Course, chosen: Sequence[str], students: Collection[str]) -> _Found:
    for path in _inside(submitted):
        if path.suffix == ".ipynb" and path.is_file():
            if not students:
                folder = f"{submitted}/<student>/<problem set>"
                yield for_staff_noop("{path}: not graded; put it in {folder}/"), {"path": path, "folder": folder}
        elif path.is_dir() and (not students or path.name in students):
            if os.access(path, os.X_OK):
                yield from _of_student(path, course, chosen)
            else:
                unreadable = for_staff_noop(
                    "{path}: not graded: cannot be looked into; make it readable: chmod -R u+rX"
                )
                yield unreadable, {"path": path}


def _of_student(folder: Path, course: Course, chosen: Sequence[str]) -> _Found:
    known = course.problem_sets
    for path in _inside(folder):
        if path.is_file():
            if path.suffix.lower() == ".ipynb":
                meant = _meant(path.stem, known)
                if meant is None or meant in chosen:
                    right = folder / (meant or "<problem set>")
                    yield for_staff_noop("{path}: not graded; put it in {folder}/"), {"path": path, "folder": right}
        elif path.name not in known and next(path.rglob("*.ipynb"), None) is not None:
            meant = _meant(path.name, known)
            if meant is None:
                unknown = for_staff_noop(
                    "{path}: not graded: course.yml has no problem set of this name; rename or remove the folder"
                )
                yield unknown, {"path": path}
            elif meant in chosen and not path.is_symlink():
                rename = for_staff_noop("{path}: not graded; rename the folder to {name}")
                if (folder / meant).is_dir():
                    rename = for_staff_noop("{path}: not graded; rename the folder to {name} (which exists as well)")
                yield rename, {"path": path, "name": meant}


def _hidden(submitted: Path, chosen: Sequence[str], students: Collection[str]) -> _Found:
    """Yield the students' folders whose names begin with a dot."""
    dotted = for_staff_noop("{path}: not graded: its name begins with a dot; rename the folder")
    for path in _listed(submitted):
        is_chosen = path.name.startswith(".") and (not students or path.name in students)
        if is_chosen and any(os.path.isdir(path / name) for name in chosen):  # noqa: PTH112
            yield dotted, {"path": path}


def _times(submitted: Path, course: Course, chosen: Sequence[str], students: Collection[str]) -> _Found:
    """Yield the invalid timestamps."""
    invalid = for_staff_noop(
        "{path}: not a date and time, or of an unknown time zone, so the submission counts as in time;"
        " write 2026-10-01 23:59:00 UTC"
    )
    for item in find(submitted, chosen):
        path = item.folder / "timestamp.txt"
        is_chosen = not students or item.student in students
        if is_chosen and os.path.lexists(path) and handed_in_at(item.folder, course.clock) is None:
            yield invalid, {"path": path}


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
