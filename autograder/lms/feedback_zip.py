"""Packs feedback into one zip that Moodle or Canvas distributes to the students."""

from __future__ import annotations

import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from autograder.course import config, nbgrader
from autograder.errors import AutograderError
from autograder.grading.intake import is_student
from autograder.results import folders, handed_back
from autograder.results.handed_back import HandedBack

from . import archive, filenames, roster
from .filenames import Sender


@dataclass(frozen=True)
class Packed:
    """Path of the zip, number of students with feedback in it, and the students who handed in but have none."""

    path: str
    students: int
    missing: list[str]
    problems: list[str]
    """A line for each student whose graded notebook or verdict cannot be read."""


def pack(
    root: Path,
    problem_set: str,
    *,
    like: Path | None = None,
    into: Path | None = None,
    roster_file: Path | None = None,
) -> Packed:
    """Zip the feedback of a problem set, rendered again with the points and comments given by hand.

    Args:
        root: the course's folder.
        problem_set: the problem set's name.
        like: the zip or folder that was downloaded from Moodle or Canvas; the feedback gets its file names, by which
            the platform assigns it to students. Without it, the names are <student>/<problem set>.html.
        into: the zip to write; in the course's exports/ by default.
        roster_file: a roster to use instead of the course's roster.csv.

    Raises:
        AutograderError: there is no feedback, or a file cannot be read or written.
    """
    into = into or root / folders.EXPORTS / f"{problem_set}-feedback.zip"
    course = config.load(root)
    config.chosen(course, [problem_set])
    places: dict[str, Sender | None] = {}
    graded = {path.parent.parent.name for path in (root / nbgrader.FEEDBACK).glob(f"*/{problem_set}/*.html")}
    if like:
        people = roster.of_course(root, roster_file)
        limit = course.limits_of(problem_set).notebook_mb << 20
        for member in archive.members(like, limit, course.clock):
            if member.refused or member.junk:
                continue
            sender = filenames.of(member.parts, problem_set, people)
            person, _ = filenames.student(sender, people)
            known = places.get(person.id) if person else None
            if person and not sender.typed and (known is None or sender.again >= known.again):
                places[person.id] = sender
    else:
        places = {student: None for student in graded if is_student(student)}
    # The roster's id may be written differently than the graded one: 7 for 007.
    forms = {roster.normalized_id(student): student for student in graded}
    ids = {student: forms.get(roster.normalized_id(student), student) for student in places if student not in graded}
    there = {
        who: sender
        for who, sender in sorted(places.items())
        if folders.pages(root, ids.get(who, who), problem_set)[0 if _takes_notebooks(sender) else 1].is_file()
    }
    if not there:
        raise AutograderError(
            "{problem_set}: no feedback for any student; run: autograder grade {problem_set}", problem_set=problem_set
        )
    problems = []
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made, handed_back.opened(root, course) as pages:
            for who, place in there.items():
                try:
                    name, data = _file(pages, root, ids.get(who, who), problem_set, place)
                except AutograderError as error:  # the others still get theirs; nobody gets an outdated page
                    problems.append(str(error))
                    continue
                info = zipfile.ZipInfo(name, time.localtime()[:6])
                info.external_attr = 0o644 << 16
                made.writestr(info, data, zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise AutograderError(
            "{path}: cannot be written: {why}; choose another --into", path=into, why=error.strerror
        ) from None
    missing = sorted(places.keys() - there.keys())
    return Packed(str(into), len(there) - len(problems), missing, problems)


def _takes_notebooks(sender: Sender | None) -> bool:
    """Return whether the feedback is a notebook: Canvas needs the submission's file name, which ends in .ipynb."""
    return sender is not None and sender.system == "canvas"


def _file(pages: HandedBack, root: Path, student: str, problem_set: str, sender: Sender | None) -> tuple[str, bytes]:
    """Return the name and contents of a student's feedback file."""
    notebook, page = folders.pages(root, student, problem_set)
    try:
        if sender is not None and _takes_notebooks(sender):
            return sender.folder, pages.notebook(student, problem_set) or notebook.read_bytes()
        pages.refresh(student, problem_set)
        folder = sender.folder if sender is not None and sender.system == "moodle" else student
        return f"{folder}/{page.name}", page.read_bytes()
    except OSError as error:
        raise AutograderError(
            "{path}: cannot be read: {why}; make it readable", path=error.filename, why=error.strerror
        ) from None
