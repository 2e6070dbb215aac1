"""One zip of feedback that Moodle or Canvas hands out to the students."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.course import config, nbgrader
from autograder.errors import AutograderError
from autograder.grading.intake import is_student
from autograder.results import folders

from . import archive, filenames, roster
from .filenames import Sender


@dataclass(frozen=True)
class Packed:
    """Where the zip stands, how many students' feedback is in it, and whose is not although they handed in."""

    path: str
    students: int
    missing: list[str]


def pack(
    root: Path,
    problem_set: str,
    *,
    like: Path | None = None,
    into: Path | None = None,
    roster_file: Path | None = None,
) -> Packed:
    """Zip the feedback of a problem set.

    Args:
        root: the course's folder.
        problem_set: which.
        like: the zip or folder that was downloaded from Moodle or Canvas, whose names the feedback must bear to find
            its way back; without it, <student>/<problem set>.html.
        into: the zip to write; in the course's exports/ by default.
        roster_file: in place of the course's roster.csv.

    Raises:
        AutograderError: there is no feedback, or a file cannot be read or written.
    """
    into = into or root / folders.EXPORTS / f"{problem_set}-feedback.zip"
    course = config.load(root)
    config.chosen(course, [problem_set])
    places: dict[str, Sender | None] = {}
    if like:
        people = roster.of_course(root, roster_file)
        limit = course.limits_of(problem_set).notebook_mb << 20
        for member in archive.members(like, limit, ZoneInfo(course.timezone)):
            if member.refused or member.junk:
                continue
            sender = filenames.of(member.parts, problem_set, people)
            person, _ = filenames.student(sender, people)
            known = places.get(person.id) if person else None
            if person and not sender.typed and (known is None or sender.again >= known.again):
                places[person.id] = sender
    else:
        places = {path.parent.parent.name: None for path in (root / nbgrader.FEEDBACK).glob(f"*/{problem_set}/*.html")}
        places = {student: sender for student, sender in places.items() if is_student(student)}
    files = {student: _file(root, student, problem_set, sender) for student, sender in sorted(places.items())}
    there = {student: found for student, found in files.items() if found[0].is_file()}
    if not there:
        raise AutograderError(f"{problem_set}: no feedback of anyone; run: autograder grade {problem_set}")
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made:
            for path, name in there.values():
                made.write(path, name)
    except OSError as error:
        raise AutograderError(f"{into}: cannot be written: {error.strerror}; choose another --into") from None
    return Packed(str(into), len(there), sorted(files.keys() - there.keys()))


def _file(root: Path, student: str, problem_set: str, sender: Sender | None) -> tuple[Path, str]:
    """What a student gets, and under which name."""
    page = folders.feedback(root, student, problem_set)
    if sender is not None and sender.system == "moodle":
        return page, f"{sender.folder}/{page.name}"
    if sender is not None and sender.system == "canvas":
        # Canvas shows a file under the name of what was handed in: a page would be named .ipynb, so it is a notebook.
        return folders.autograded(root, student, problem_set) / f"{problem_set}.ipynb", sender.folder
    return page, f"{student}/{page.name}"
