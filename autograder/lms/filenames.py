"""Determines the student of a file from its name, as given by a learning platform or a person.

Moodle (mod_assign) prefixes each file with `Full Name_PARTICIPANT_assignsubmission_file/`, or the same with an
underscore instead of the slash; the number identifies the participant in this assignment only. Canvas names a file
`lastnamefirstname_USER_FILE_name.ipynb`, with LATE_ before the user's number if it is late, and -1, -2 … after the name
if it was handed in again; typed text and links have no FILE.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.language.staff import for_staff, list_for_staff
from autograder.model.person import Person

from .roster import Roster, normalized_name

_MOODLE = re.compile(r"(?P<name>[^_]*)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<rest>.*))?")
_CANVAS = re.compile(r"(?P<name>.+?)_(?P<late>LATE_)?(?P<number>\d+)_(?:\d+_(?P<rest>.+)|(?:text|link)\.html)", re.I)
_ANONYMOUS = re.compile(r"(?:LATE_)?anon_[A-Za-z0-9]+_(?:\d+_.+|(?:text|link)\.html)")
_AGAIN = re.compile(r"-(\d+)(?=\.[^.]+$)")


@dataclass(frozen=True)
class Sender:
    """The sender of a file, as far as its name tells.

    `account` is the same for all files of one person; `folder` is the name under which the platform accepts feedback.
    Of files with the same `stem`, the one with the higher number `again` was handed in later.
    """

    system: str
    account: str
    name: str
    number: str = ""
    typed: bool = False
    late: bool = False
    again: int = 0
    stem: str = ""
    folder: str = ""


def of(parts: Sequence[str], problem_set: str, roster: Roster | None, shared: int = 0) -> Sender:
    """Return the sender of a file, from its path.

    Args:
        parts: the names of the folders and of the file.
        problem_set: the problem set, whose name may be part of the path.
        roster: the students, to recognize their folders; None if there is no roster.
        shared: the number of leading folders that all files have in common, which do not name a student.
    """
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        match = _MOODLE.fullmatch(part)
        if match and (not last or match["rest"]):
            account = f"{match['name']}_{match['number']}"
            folder = part if not last else part[: match.start("rest")]
            return Sender(
                "moodle", account, match["name"], match["number"], typed=match["plugin"] != "file", folder=folder
            )
    file = parts[-1]
    # Canvas' zip is flat, and a student's own file may have such a name; a student's folder takes precedence.
    own = any(roster.find(part) for part in parts[:-1]) if roster else len(parts) > 1
    if _ANONYMOUS.fullmatch(file) and not own:
        return Sender("canvas", file, "")
    match = _CANVAS.fullmatch(file)
    if match and not own:
        again = _AGAIN.search(match["rest"] or "")
        return Sender(
            "canvas",
            match["number"],
            match["name"],
            match["number"],
            typed=not match["rest"],
            late=bool(match["late"]),
            again=int(again[1]) if again else 0,
            stem=_AGAIN.sub("", match["rest"] or ""),
            folder=file,
        )
    return _plain(parts, problem_set, roster, shared)


def _plain(parts: Sequence[str], problem_set: str, roster: Roster | None, shared: int) -> Sender:
    folders = [part for part in parts[:-1] if part != problem_set]
    for folder in folders if roster else ():
        if roster and roster.find(folder):
            return Sender("plain", folder, folder)
    if len(folders) > shared:
        return Sender("plain", folders[shared], folders[shared])
    stem = parts[-1].split(".")[0]
    name = re.sub(rf"^{re.escape(problem_set)}(?=[-_ ])|(?<=[-_ ]){re.escape(problem_set)}$", "", stem).strip("-_ ")
    return Sender("plain", normalized_name(name) or name, name)


def student(sender: Sender, roster: Roster | None) -> tuple[Person | None, str]:
    """Return the student, or None and why it cannot be determined."""
    if sender.system == "canvas" and not sender.number:
        return None, for_staff("handed in anonymously; switch anonymous grading off in Canvas and download again")
    if roster is None:
        if sender.system != "plain":
            return None, for_staff("the student can only be determined with a roster; give --roster roster.csv")
        nameless = None, for_staff("no student's name in its path; put it in a folder")
        return (Person(sender.name), "") if sender.name else nameless
    people = roster.find(sender.name)
    numbered = roster.find_by_lms_id(sender.number) if sender.number else None
    # Canvas' numbers are permanent; Moodle's differ in each assignment, so there the name must match as well.
    if numbered and (sender.system == "canvas" or numbered in people or not (numbered.first_name + numbered.last_name)):
        return numbered, ""
    if sender.system == "canvas":
        people = [person for person in people if not person.lms_id]
    if len(people) == 1:
        return people[0], ""
    who = f"{sender.name or for_staff('nobody')}{f' ({sender.number})' if sender.number else ''}"
    if people:
        ids = list_for_staff(person.id for person in people)
        if sender.system == "moodle":  # its number is valid for this assignment only
            return None, for_staff(
                "{who} may be {ids}; put each one's notebook into submitted/<id>/<problem set>/ by hand",
                who=who,
                ids=ids,
            )
        return None, for_staff("{who} may be {ids}; give the right one this lms_id in the roster", who=who, ids=ids)
    return None, for_staff("unknown student {who}; add the student to the roster", who=who)
