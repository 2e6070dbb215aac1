"""The students of the course, from a CSV by staff, and finding the student of an external name or number."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from autograder.errors import AutograderError
from autograder.grading.intake import is_student
from autograder.language.staff import for_staff, list_for_staff
from autograder.model.person import Person

from . import moments

FILE = "roster.csv"
_SHORTENED = re.compile(r"[0-9]+[.,][0-9]+[eE]\+?[0-9]+|[0-9]+[eE]\+[0-9]+|[0-9]+[.,]0+")
"""An id that a spreadsheet converted to a number: 1.23457E+11, 7.0."""
_NUMBER = re.compile(r"0*([0-9]+?)(?:[.,]0+)?")
_SEPARATOR = re.compile(r"sep=.?", re.IGNORECASE)
_COLUMNS = {
    "id": ("id", "student_id"),
    "first_name": ("first_name", "first name"),
    "last_name": ("last_name", "last name", "surname"),
    "email": ("email", "email address"),
    "lms_id": ("lms_id", "lms_user_id"),  # the second is nbgrader's name
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
"""The last name of each is that of Moodle's grading worksheet."""


def normalized_name(name: str) -> str:
    """Return a name in a normal form, without case, accents, spaces and punctuation, which differ between systems."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return "".join(sign for sign in plain.casefold() if sign.isalnum())


def normalized_id(name: str) -> str:
    """Return an id in a normal form, without case, surrounding blanks, leading zeros and a trailing .0."""
    text = name.strip().casefold()
    match = _NUMBER.fullmatch(text)
    return match[1] if match else text


class Roster:
    """The students, to be found by id, LMS id, email address or name."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = {person.id: person for person in people}
        self._by_lms = {person.lms_id: person for person in self.people.values() if person.lms_id}
        self._by_normalized_id: dict[str, list[Person]] = {}
        for person in self.people.values():
            self._by_normalized_id.setdefault(normalized_id(person.id), []).append(person)
        self._by_name: dict[str, list[Person]] = {}
        for person in self.people.values():
            for name in _names(person):
                self._by_name.setdefault(name, []).append(person)

    def find(self, name: str) -> list[Person]:
        """Return the students with this name, id or email address, ignoring case, accents and the order of names."""
        exact = self.find_by_id(name)
        return [exact] if exact else self._by_name.get(normalized_name(name), [])

    def find_by_id(self, student: str) -> Person | None:
        """Return the student with this id, or the only one whose id has the same normal form: 007 is 7."""
        alike = self._by_normalized_id.get(normalized_id(student), [])
        return self.people.get(student) or (alike[0] if len(alike) == 1 else None)

    def missing(self, students: Iterable[str]) -> list[str]:
        """Return the ids of the roster's students who are not among the given ones."""
        there = {person.id for student in students if (person := self.find_by_id(student))}
        return sorted(self.people.keys() - there)

    def not_in_roster(self, students: Collection[str]) -> list[str]:
        """Return a line for each given student whose id is not in the roster, or only in another form."""
        found = []
        forms = [normalized_id(student) for student in students]
        for student in sorted(set(students) - self.people.keys()):
            person = self.find_by_id(student)
            if person is None:
                found.append(
                    for_staff(
                        "{student}: not in the roster; add the student there, or remove what is not a student's",
                        student=student,
                    )
                )
            elif forms.count(normalized_id(student)) > 1:
                found.append(
                    for_staff(
                        "{student}: not in the roster; is it {other}? Others have a form of that id too",
                        student=student,
                        other=person.id,
                    )
                )
            else:
                found.append(
                    for_staff(
                        "{student}: is {other} in the roster, and counts as that student",
                        student=student,
                        other=person.id,
                    )
                )
        return found

    def find_by_lms_id(self, lms_id: str) -> Person | None:
        """Return the student with this number in the learning platform; None if there is none."""
        return self._by_lms.get(lms_id)


def _names(person: Person) -> set[str]:
    both = (person.first_name + person.last_name, person.last_name + person.first_name)
    return {normalized_name(name) for name in (person.id, person.email, *both)} - {""}


def from_csv(path: Path) -> Roster:
    """Read a roster from a CSV.

    Raises:
        AutograderError: the file cannot be read or has an invalid line; the message names line and fix.
    """
    people: list[Person] = []
    seen: dict[str, int] = {}
    forms: dict[str, int] = {}
    for line, row in _rows(path, _COLUMNS, "id"):
        for field in ("id", "lms_id", "sis_user_id", "sis_login_id"):
            if _SHORTENED.fullmatch(row.get(field, "")):
                raise AutograderError(
                    "{path}:{line}: {field}: {value!r} is a number as a spreadsheet writes it; format that column as"
                    " text, and give the original id",
                    path=path,
                    line=line,
                    field=field,
                    value=row[field],
                )
        form = normalized_id(row["id"])
        if form.isdigit() and form in forms and row["id"] not in {person.id for person in people}:
            raise AutograderError(
                "{path}:{line}: id {id} differs from that in line {other} only in its zeros; give each student one",
                path=path,
                line=line,
                id=row["id"],
                other=forms[form],
            )
        forms[form] = line
        for field in ("id", "lms_id"):
            name = f"{field} {row.get(field, '')}"
            if row.get(field) and name in seen:
                raise AutograderError(
                    "{path}:{line}: {name} is in line {other} too; give each student one",
                    path=path,
                    line=line,
                    name=name,
                    other=seen[name],
                )
            seen[name] = line
        if not is_student(row["id"]):
            raise AutograderError(
                "{path}:{line}: id: {id!r} cannot be a folder's name; give another", path=path, line=line, id=row["id"]
            )
        people.append(Person(**row))
    return Roster(people)


def of_course(root: Path, path: Path | None) -> Roster | None:
    """Return the roster in `path`, or the course's roster.csv; None if there is none."""
    if path is None and not (root / FILE).is_file():
        return None
    return from_csv(path or root / FILE)


class Times(NamedTuple):
    """When each student handed in, by id, and a line for each row that matches no student."""

    moments: dict[str, datetime]
    unmatched: list[str]


def times(path: Path, roster: Roster | None, clock: tzinfo) -> Times:
    """Read from a CSV when each student handed in; rows without a time are skipped.

    Args:
        path: a CSV with a column `submitted` and one of `id`, `lms_id`, `email`, such as Moodle's grading worksheet.
        roster: the students, to find them by LMS id or email address; None if there is no roster.
        clock: the time zone of times without one.

    Raises:
        AutograderError: the file cannot be read or has an invalid line; the message names line and fix.
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
            raise AutograderError(
                "{path}:{line}: submitted: {text!r} {error}", path=path, line=line, text=text, error=error
            ) from None
        student = _student_of(row, roster)
        if student is None:
            who = next(
                (row[field] for field in ("id", "name", "email", "lms_id") if row.get(field)), for_staff("nobody")
            )
            why = for_staff("no such student in the roster, so this time is not used")
            if _SHORTENED.fullmatch(who):
                why = for_staff("{why}; format that column as text in the spreadsheet", why=why)
            unmatched.append(f"{path}:{line}: {who}: {why}")
        else:
            found[student] = moment
    return Times(found, unmatched)


def _student_of(row: Mapping[str, str], roster: Roster | None) -> str | None:
    if roster is None:
        return row.get("id") or None
    if row.get("id"):
        person = roster.find_by_id(row["id"])
        return person.id if person else None
    number = re.search(r"([0-9]+)(?:[.,]0+)?$", row.get("lms_id", ""))
    candidates = [roster.find(row[field]) for field in ("email", "name") if row.get(field)]
    candidates += [[person] for person in [number and roster.find_by_lms_id(number[1])] if person]
    return next((people[0].id for people in candidates if len(people) == 1), None)


def _rows(path: Path, columns: Mapping[str, Iterable[str]], needed: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number and the known columns, under our names, of each row."""
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
                    "{path}:{line}: no column {needed}; its columns may be {columns}",
                    path=path,
                    line=first + 1,
                    needed=needed,
                    columns=list_for_staff(columns),
                )
            for row in reader:
                if not any(isinstance(cell, str) and cell.strip() for cell in row.values()):
                    continue
                yield (
                    first + reader.line_num,
                    {name: (row[header] or "").strip() for header, name in ours.items()},
                )
    except FileNotFoundError:
        raise AutograderError(
            "{path}: no such file; write one with the columns {columns}", path=path, columns=list_for_staff(columns)
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AutograderError(
            "{path}: cannot be read ({error}); save it as CSV in UTF-8", path=path, error=error
        ) from None


def _table(text: str) -> tuple[list[str], int]:
    """Return the lines from the header on, and the number of lines before it: blank ones, and Excel's `sep=;`."""
    lines = text.splitlines(keepends=True)
    before = 0
    while before < len(lines) and (not lines[before].strip(" \t\r\n,;") or _SEPARATOR.fullmatch(lines[before].strip())):
        before += 1
    return lines[before:], before


def _delimiter(lines: list[str]) -> str:
    """Return the column separator: spreadsheets write semicolons in many countries, and some write tabs."""
    header = lines[0] if lines else ""
    return max(",;\t", key=header.count)
