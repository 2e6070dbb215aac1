"""Whose a file is, from the name that a learning platform or a person gave it.

Moodle (mod_assign) puts `Full Name_PARTICIPANT_assignsubmission_file/` before each file, or the same with an underscore
in place of the slash; the number is the participant's in that one assignment. Canvas names a file
`lastnamefirstname_USER_FILE_name.ipynb`, with LATE_ before the user's number, and -1, -2 … behind the name of what was
handed in again; typed text and links have no FILE.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .roster import Person, Roster, key

_MOODLE = re.compile(r"(?P<name>[^_]*)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<rest>.*))?")
_CANVAS = re.compile(r"(?P<name>.+?)_(?P<late>LATE_)?(?P<number>\d+)_(?:\d+_(?P<rest>.+)|(?:text|link)\.html)", re.I)
_ANONYMOUS = re.compile(r"(?:LATE_)?anon_[A-Za-z0-9]+_(?:\d+_.+|(?:text|link)\.html)")
_AGAIN = re.compile(r"-(\d+)(?=\.[^.]+$)")


@dataclass(frozen=True)
class Sender:
    """Who handed a file in, as far as its name says.

    `account` is the same for all files of one person; `folder` is what feedback must stand under to find its way back.
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
    """Read the path of a file.

    Args:
        parts: folders and file.
        problem_set: whose name may stand in the path as well.
        roster: tells students' folders from others.
        shared: how many of the first folders all files have in common, so that they name no student.
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
    # Canvas' zip is flat, and a student's own file may be named alike: a student's folder says more than it.
    own = any(roster.named(part) for part in parts[:-1]) if roster else len(parts) > 1
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
        if roster and roster.named(folder):
            return Sender("plain", folder, folder)
    if len(folders) > shared:
        return Sender("plain", folders[shared], folders[shared])
    stem = parts[-1].split(".")[0]
    name = re.sub(rf"^{re.escape(problem_set)}(?=[-_ ])|(?<=[-_ ]){re.escape(problem_set)}$", "", stem).strip("-_ ")
    return Sender("plain", key(name) or name, name)


def student(sender: Sender, roster: Roster | None) -> tuple[Person | None, str]:
    """Whose it is, or why that cannot be said."""
    if sender.system == "canvas" and not sender.number:
        return None, "handed in anonymously; switch anonymous grading off in Canvas and download again"
    if roster is None:
        if sender.system != "plain":
            return None, "whose it is can only be told with a roster; give --roster roster.csv"
        return (Person(sender.name), "") if sender.name else (None, "no student's name in its path; put it in a folder")
    people = roster.named(sender.name)
    numbered = roster.numbered(sender.number) if sender.number else None
    # Canvas numbers people for good; Moodle anew in each assignment, so that there the name must agree.
    if numbered and (sender.system == "canvas" or numbered in people or not (numbered.first_name + numbered.last_name)):
        return numbered, ""
    if sender.system == "canvas":
        people = [person for person in people if not person.lms_id]
    if len(people) == 1:
        return people[0], ""
    who = f"{sender.name or 'nobody'}{f' ({sender.number})' if sender.number else ''}"
    if people:
        ids = ", ".join(person.id for person in people)
        if sender.system == "moodle":  # its number is of this one assignment
            return None, f"{who} may be {ids}; put each one's notebook into submitted/<id>/<problem set>/ by hand"
        return None, f"{who} may be {ids}; give the right one this lms_id in the roster"
    return None, f"unknown student {who}; add the student to the roster"
