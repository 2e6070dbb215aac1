"""The summary of a class report: what staff should act on first, with the section that has the details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from autograder.language.staff import for_staff, for_staff_plural

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
        line = for_staff_plural(
            "{count} submission is not graded: run autograder grade {problem_set}, and read its errors",
            "{count} submissions are not graded: run autograder grade {problem_set}, and read its errors",
            len(report.not_graded),
            count=len(report.not_graded),
            problem_set=report.problem_set,
        )
        yield Action("missing", line)
    if report.missing:
        line = for_staff_plural(
            "{count} student has not handed anything in",
            "{count} students have not handed anything in",
            len(report.missing),
            count=len(report.missing),
        )
        yield Action("missing", line)


def _incidents(report: ClassReport) -> Iterator[Action]:
    kinds = Counter(kind for _, kind in dict.fromkeys((item.student, item.kind) for item in report.incidents))
    for kind, students in kinds.most_common():
        line = for_staff_plural(
            "{kind}: {count} submission", "{kind}: {count} submissions", students, kind=for_staff(kind), count=students
        )
        yield Action("incidents", line)


def _checks(report: ClassReport) -> Iterator[Action]:
    looks = [(item.name, check) for item in report.exercises for check in item.checks if check.look]
    for name, check in sorted(looks, key=lambda each: each[1].discrimination or 0)[:_MOST]:
        line = for_staff(
            "a check of {exercise} may be faulty ({why}): {check}",
            exercise=name,
            why=for_staff(check.look),
            check=check.sentence,
        )
        yield Action("checks", line)
    if (more := len(looks) - _MOST) > 0:
        line = for_staff_plural("{count} more check to look at", "{count} more checks to look at", more, count=more)
        yield Action("checks", line)


def _unexplained(report: ClassReport) -> Iterator[Action]:
    large = [item for item in report.unexplained if item.kind and len(item.students) >= _MANY]
    for item in large[:_MOST]:
        line = for_staff(  # at least _MANY
            "{count} wrong answers to {exercise} of the same kind, without a hint",
            count=len(item.students),
            exercise=item.exercise,
        )
        yield Action("unexplained", line)


def _forbidden(report: ClassReport) -> Iterator[Action]:
    if report.forbidden:
        count = len({item.student for item in report.forbidden})
        line = for_staff_plural(
            "forbidden calls of {count} student: these exercises earned nothing",
            "forbidden calls of {count} students: these exercises earned nothing",
            count,
            count=count,
        )
        yield Action("forbidden", line)


def _taught(report: ClassReport) -> Iterator[Action]:
    hard = sorted((item for item in report.exercises if item.rate < _HARD and item.points), key=lambda item: item.rate)
    for item in hard[:_MOST]:
        yield Action(
            "exercises", for_staff("{exercise} was solved by {share:.0%}", exercise=item.name, share=item.rate)
        )
    frequent = [item for item in report.misconceptions if len(item.students) >= max(_MANY, _SHARE * report.submissions)]
    for mistake in frequent[:_MOST]:
        line = for_staff(  # at least _MANY
            "{count} students made the same mistake in {exercise}: {hint}",
            count=len(mistake.students),
            exercise=mistake.exercise,
            hint=mistake.hint,
        )
        yield Action("misconceptions", line)
