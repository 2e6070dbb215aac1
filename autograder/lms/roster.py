"""The students of the course, as staff list them in a CSV, and whom a name or a number from outside means."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from autograder.errors import AutograderError
from autograder.grading.intake import is_student

from . import moments

FILE = "roster.csv"
_SHORTENED = re.compile(r"[0-9]+[.,][0-9]+[eE]\+?[0-9]+|[0-9]+[eE]\+[0-9]+|[0-9]+[.,]0+")
"""A number as a spreadsheet writes it where it takes an id for one: 1.23457E+11, 7.0."""
_NUMBER = re.compile(r"0*([0-9]+?)(?:[.,]0+)?")
_SEPARATOR = re.compile(r"sep=.?", re.IGNORECASE)
_COLUMNS = {
    "id": ("id", "student_id"),
    "first_name": ("first_name", "first name"),
    "last_name": ("last_name", "last name", "surname"),
    "email": ("email", "email address"),
    "lms_id": ("lms_id", "lms_user_id"),  # the second is nbgrader's own word
    "sis_user_id": ("sis_user_id", "sis user id"),
    "sis_login_id": ("sis_login_id", "sis login id"),
    "section": ("section",),
}
_TIMES = {
    "id": _COLUMNS["id"],
    "lms_id": (*_COLUMNS["lms_id"], "identifier"),
    "email": _COLUMNS["email"],
    "name": ("name", "full name"),
    "submitted": ("submitted", "timestamp", "last modified (submission)"),
}
"""The right-hand names are those of Moodle's grading worksheet."""


@dataclass(frozen=True)
class Person:
    """One student; `id` is nbgrader's."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    section: str = ""


def key(name: str) -> str:
    """A name without what systems change in it: case, accents, spaces, signs."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return "".join(sign for sign in plain.casefold() if sign.isalnum())


def without_form(name: str) -> str:
    """An id without what systems change in it: zeros before a number, .0 behind it, case, blanks around it."""
    text = name.strip().casefold()
    match = _NUMBER.fullmatch(text)
    return match[1] if match else text


class Roster:
    """The students, found by id, LMS id, email address or name."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = {person.id: person for person in people}
        self._by_lms = {person.lms_id: person for person in self.people.values() if person.lms_id}
        self._by_form: dict[str, list[Person]] = {}
        for person in self.people.values():
            self._by_form.setdefault(without_form(person.id), []).append(person)
        self._by_name: dict[str, list[Person]] = {}
        for person in self.people.values():
            for name in _names(person):
                self._by_name.setdefault(name, []).append(person)

    def named(self, name: str) -> list[Person]:
        """Those whom a name, an id or an email address means, whatever its case, accents and order."""
        exact = self.listed(name)
        return [exact] if exact else self._by_name.get(key(name), [])

    def listed(self, student: str) -> Person | None:
        """Whose id that is, or, of one person only, differs in form: 007 is 7."""
        alike = self._by_form.get(without_form(student), [])
        return self.people.get(student) or (alike[0] if len(alike) == 1 else None)

    def missing(self, students: Iterable[str]) -> list[str]:
        """The ids of those who are not among the students."""
        there = {person.id for student in students if (person := self.listed(student))}
        return sorted(self.people.keys() - there)

    def strangers(self, students: Collection[str]) -> list[str]:
        """A line for each of the students who is not in the roster, or stands there with an id of another form."""
        found = []
        forms = [without_form(student) for student in students]
        for student in sorted(set(students) - self.people.keys()):
            person = self.listed(student)
            if person is None:
                found.append(f"{student}: not in the roster; add the student there, or remove what is not a student's")
            elif forms.count(without_form(student)) > 1:
                found.append(f"{student}: not in the roster; is it {person.id}, whose id others have in another form?")
            else:
                found.append(f"{student}: is {person.id} in the roster, and is taken as that")
        return found

    def numbered(self, lms_id: str) -> Person | None:
        """Whom the learning platform's number means."""
        return self._by_lms.get(lms_id)


def _names(person: Person) -> set[str]:
    both = (person.first_name + person.last_name, person.last_name + person.first_name)
    return {key(name) for name in (person.id, person.email, *both)} - {""}


def load(path: Path) -> Roster:
    """Read a roster.

    Raises:
        AutograderError: naming line and fix.
    """
    people: list[Person] = []
    seen: dict[str, int] = {}
    forms: dict[str, int] = {}
    for line, row in _rows(path, _COLUMNS, "id"):
        if not is_student(row["id"]):
            raise AutograderError(f"{path}:{line}: id: {row['id']!r} cannot be a folder's name; give another")
        for field in ("id", "lms_id", "sis_user_id", "sis_login_id"):
            if _SHORTENED.fullmatch(row.get(field, "")):
                raise AutograderError(
                    f"{path}:{line}: {field}: {row[field]!r} is a number as a spreadsheet writes it; show that column"
                    " as text, and give the id as it is"
                )
        form = without_form(row["id"])
        if form.isdigit() and form in forms and row["id"] not in {person.id for person in people}:
            raise AutograderError(
                f"{path}:{line}: id {row['id']} differs from that in line {forms[form]} in its zeros only; give each"
                " student one"
            )
        forms[form] = line
        for field in ("id", "lms_id"):
            name = f"{field} {row.get(field, '')}"
            if row.get(field) and name in seen:
                raise AutograderError(f"{path}:{line}: {name} stands in line {seen[name]} too; give each student one")
            seen[name] = line
        people.append(Person(**row))
    return Roster(people)


def of_course(root: Path, path: Path | None) -> Roster | None:
    """The roster named, or the course's roster.csv where there is one."""
    if path is None and not (root / FILE).is_file():
        return None
    return load(path or root / FILE)


class Times(NamedTuple):
    """When each student handed in, by id, and a line for each row that fits nobody."""

    moments: dict[str, datetime]
    unmatched: list[str]


def times(path: Path, roster: Roster | None, clock: tzinfo) -> Times:
    """When each student handed in, from a CSV; a row without a time is left out.

    Args:
        path: with a column `submitted` and one of `id`, `lms_id`, `email`; Moodle's grading worksheet is one.
        roster: says whom an LMS id or an email address means.
        clock: the time zone where a time names none.

    Raises:
        AutograderError: naming line and fix.
    """
    found: dict[str, datetime] = {}
    unmatched: list[str] = []
    for line, row in _rows(path, _TIMES, "submitted"):
        text = row["submitted"]
        if text in ("", "-"):
            continue
        try:
            moment = moments.moment(text, clock)
        except ValueError as error:
            raise AutograderError(f"{path}:{line}: submitted: {text!r} {error}") from None
        student = _whose(row, roster)
        if student is None:
            who = next((row[field] for field in ("id", "name", "email", "lms_id") if row.get(field)), "nobody")
            short = "; show that column as text in the spreadsheet" if _SHORTENED.fullmatch(who) else ""
            unmatched.append(f"{path}:{line}: {who}: no such student in the roster, so this time is not used{short}")
        else:
            found[student] = moment
    return Times(found, unmatched)


def _whose(row: Mapping[str, str], roster: Roster | None) -> str | None:
    if roster is None:
        return row.get("id") or None
    if row.get("id"):
        person = roster.listed(row["id"])
        return person.id if person else None
    number = re.search(r"([0-9]+)(?:[.,]0+)?$", row.get("lms_id", ""))
    candidates = [roster.named(row[field]) for field in ("email", "name") if row.get(field)]
    candidates += [[person] for person in [number and roster.numbered(number[1])] if person]
    return next((people[0].id for people in candidates if len(people) == 1), None)


def _rows(path: Path, columns: Mapping[str, Iterable[str]], needed: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with the columns that we know, under our names for them, and their lines."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines, first = _table(file.read())
            reader = csv.DictReader(lines, delimiter=_delimiter(lines))
            ours = {
                header: name
                for header in reader.fieldnames or ()
                for name, known in columns.items()
                if (header or "").strip().lower() in known
            }
            if needed not in ours.values():
                raise AutograderError(
                    f"{path}:{first + 1}: no column {needed}; its columns may be {', '.join(columns)}"
                )
            for row in reader:
                if not any(isinstance(cell, str) and cell.strip() for cell in row.values()):
                    continue
                yield (
                    first + reader.line_num,
                    {name: (row[header] or "").strip() for header, name in ours.items()},
                )
    except FileNotFoundError:
        raise AutograderError(f"{path}: no such file; write one with the columns {', '.join(columns)}") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AutograderError(f"{path}: cannot be read ({error}); save it as CSV in UTF-8") from None


def _table(text: str) -> tuple[list[str], int]:
    """The lines from the header on, and how many stand before it: blank ones, and Excel's `sep=;`."""
    lines = text.splitlines(keepends=True)
    before = 0
    while before < len(lines) and (not lines[before].strip(" \t\r\n,;") or _SEPARATOR.fullmatch(lines[before].strip())):
        before += 1
    return lines[before:], before


def _delimiter(lines: list[str]) -> str:
    """What separates the columns: spreadsheets of many countries write semicolons, and some write tabs."""
    header = lines[0] if lines else ""
    return max(",;\t", key=header.count)
