"""The summary of a class report: what staff should act on first, with the section that has the details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from .figures import ClassReport

_MANY = 3
"""Smallest unexplained group, in students, that deserves a hint of its own."""
_MOST = 3
"""Number of groups, mistakes and exercises in the summary; the sections list all of them."""
_SHARE = 0.2
"""Share of the class from which a known mistake is worth discussing in class."""
_HARD = 0.5
"""An exercise that a smaller share of the class solved is hard."""


class Action(msgspec.Struct, frozen=True):
    """One item of the summary; `section` is the id of the section of the page with the details."""

    section: str
    text: str


def actions(report: ClassReport) -> list[Action]:
    """Return the items in order of urgency: missing results, faulty checks, then topics to teach."""
    return [
        *_not_graded(report),
        *_incidents(report),
        *_checks(report),
        *_unexplained(report),
        *_forbidden(report),
        *_taught(report),
    ]


def _not_graded(report: ClassReport) -> Iterator[Action]:
    if report.not_graded:
        count = _count(len(report.not_graded), "submission is", "submissions are")
        yield Action("missing", f"{count} not graded: run autograder grade {report.problem_set}, and read its errors")
    if report.missing:
        yield Action("missing", f"{_count(len(report.missing), 'student has', 'students have')} not handed anything in")


def _incidents(report: ClassReport) -> Iterator[Action]:
    kinds = Counter(kind for _, kind in dict.fromkeys((item.student, item.kind) for item in report.incidents))
    for kind, students in kinds.most_common():
        yield Action("incidents", f"{kind}: {_count(students, 'submission', 'submissions')}")


def _checks(report: ClassReport) -> Iterator[Action]:
    looks = [(item.name, check) for item in report.exercises for check in item.checks if check.look]
    for name, check in sorted(looks, key=lambda each: each[1].discrimination or 0)[:_MOST]:
        yield Action("checks", f"a check of {name} may be faulty ({check.look}): {check.sentence}")
    if len(looks) > _MOST:
        yield Action("checks", f"{_count(len(looks) - _MOST, 'more check', 'more checks')} to look at")


def _unexplained(report: ClassReport) -> Iterator[Action]:
    large = [item for item in report.unexplained if item.kind and len(item.students) >= _MANY]
    for item in large[:_MOST]:
        count = _count(len(item.students), "wrong answer", "wrong answers")
        yield Action("unexplained", f"{count} to {item.exercise} of the same kind, without a hint")


def _forbidden(report: ClassReport) -> Iterator[Action]:
    if report.forbidden:
        count = _count(len({item.student for item in report.forbidden}), "student", "students")
        yield Action("forbidden", f"forbidden calls of {count}: these exercises earned nothing")


def _taught(report: ClassReport) -> Iterator[Action]:
    hard = sorted((item for item in report.exercises if item.rate < _HARD), key=lambda item: item.rate)
    for item in hard[:_MOST]:
        yield Action("exercises", f"{item.name} was solved by {item.rate:.0%}")
    frequent = [item for item in report.misconceptions if len(item.students) >= max(_MANY, _SHARE * report.submissions)]
    for mistake in frequent[:_MOST]:
        count = _count(len(mistake.students), "student", "students")
        yield Action("misconceptions", f"{count} made the same mistake in {mistake.exercise}: {mistake.hint}")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
