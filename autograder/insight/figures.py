"""The class report as data: statistics of one problem set's exercises, computed from its verdicts.

Pure functions from verdicts to numbers and names, without input or output.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from autograder.language.staff import for_staff_noop
from autograder.model.verdict import RELATION, ExerciseVerdict, Verdict, is_explained

from .statistics import Spread, discrimination, spread
from .troubles import troubles

LOW = 0.2
"""Discrimination below which an item hardly separates strong from weak students.

Source: Ebel, Measuring Educational Achievement, 1965.
"""
_TELLING = (0.05, 0.95)
"""Pass rates outside this range say nothing about discrimination: almost all students have the same result."""


class Item(msgspec.Struct, frozen=True):
    """Statistics of one check over the class; a student passes it by earning its points."""

    name: str
    sentence: str
    points: float
    passed: int
    rate: float
    discrimination: float | None
    look: str
    """Why staff should review the check; empty if there is no reason."""
    bonus: bool = False
    """Whether its points are bonus points."""


class ExerciseFigures(msgspec.Struct, frozen=True):
    """Statistics of one exercise over the class; `solved` counts the students who earned all its points.

    Points and mean are without bonus points, but in an exercise that has no others, solving it is to earn these.
    """

    name: str
    points: float
    mean: float
    solved: int
    rate: float
    discrimination: float | None
    not_begun: list[str]
    forbidden: list[str]
    checks: list[Item]
    bonus: float = 0.0
    """The bonus points to earn."""
    bonus_mean: float = 0.0


class MisconceptionFigures(msgspec.Struct, frozen=True):
    """A known mistake, and the students who made it."""

    exercise: str
    name: str
    hint: str
    students: list[str]


class Unexplained(msgspec.Struct, frozen=True):
    """Wrong answers to an exercise that no misconception explains and that seem to share one mistake."""

    exercise: str
    kind: str
    students: list[str]


class StudentNote(msgspec.Struct, frozen=True):
    """A remark on one student's submission; `kind` is its category."""

    student: str
    kind: str
    text: str


class Late(msgspec.Struct, frozen=True):
    """A submission after its deadline, by nbgrader's timestamp, and its penalty in points."""

    student: str
    submitted: str
    hours: float
    extension_hours: float
    penalty: float


class Slow(msgspec.Struct, frozen=True):
    """A submission that took unusually long to grade."""

    student: str
    seconds: float


class ClassReport(msgspec.Struct, frozen=True):
    """All figures of one problem set; points are the checks' points, before deductions for late work.

    They are without bonus points, but for discrimination.
    """

    problem_set: str
    submissions: int
    points: float
    scores: Spread
    full: int
    exercises: list[ExerciseFigures]
    misconceptions: list[MisconceptionFigures]
    unexplained: list[Unexplained]
    forbidden: list[StudentNote]
    incidents: list[StudentNote]
    seconds: Spread | None
    """Wall-clock time to grade a submission, in seconds; None if unknown."""
    slow: list[Slow]
    late: list[Late]
    not_graded: list[str]
    """Students with a submission but no verdict."""
    missing: list[str] | None
    """Students of the course without a submission; None if there is no roster."""
    bonus: float = 0.0
    """The bonus points to earn."""
    bonus_mean: float = 0.0
    with_bonus: int = 0
    """The number of students who earned bonus points."""


def report(
    problem_set: str,
    verdicts: Sequence[Verdict],
    *,
    seconds: Mapping[str, float] | None = None,
    late: Sequence[Late] = (),
    not_graded: Sequence[str] = (),
    missing: Sequence[str] | None = None,
    unexplained: Sequence[Unexplained] | None = None,
) -> ClassReport:
    """Return the figures of a class.

    Args:
        problem_set: the problem set's name.
        verdicts: one verdict per student, of that problem set.
        seconds: wall-clock time to grade each student's submission, where known.
        late: submissions after their deadline.
        not_graded: students with a submission but no verdict.
        missing: students of the course without a submission, if known.
        unexplained: groups of unexplained answers; by default one group per exercise.
    """
    points = max((item.max_points for item in verdicts), default=0.0)
    totals = [item.points for item in verdicts]
    return ClassReport(
        problem_set=problem_set,
        submissions=len(verdicts),
        points=points,
        scores=spread(totals, points),
        full=sum(item.points == item.max_points for item in verdicts),
        exercises=_exercises(verdicts, [item.score for item in verdicts]),
        misconceptions=misconceptions(verdicts),
        unexplained=list(unexplained_by_exercise(verdicts) if unexplained is None else unexplained),
        forbidden=_of_each(verdicts, lambda item: [(one.name, one.note) for one in _with(item, "forbidden")]),
        incidents=_of_each(verdicts, troubles),
        seconds=spread(list(seconds.values()), max(seconds.values())) if seconds else None,
        slow=slow(seconds or {}),
        late=sorted(late, key=lambda item: (-item.hours, item.student)),
        not_graded=sorted(not_graded),
        missing=None if missing is None else sorted(missing),
        bonus=max((item.max_bonus for item in verdicts), default=0.0),
        bonus_mean=sum(item.bonus for item in verdicts) / max(1, len(verdicts)),
        with_bonus=sum(item.bonus > 0 for item in verdicts),
    )


def slow(seconds: Mapping[str, float]) -> list[Slow]:
    """Return the outliers, longest first: above the upper quartile plus 1.5 times the interquartile range.

    This is Tukey's upper fence (Exploratory Data Analysis, 1977). Times within a second of the median are never
    outliers, since such differences are of no interest.
    """
    if not seconds:
        return []
    found = spread(list(seconds.values()), 0)
    fence = found.upper_quartile + 1.5 * (found.upper_quartile - found.lower_quartile)
    beyond = [Slow(*item) for item in seconds.items() if item[1] > max(fence, found.median + 1)]
    return sorted(beyond, key=lambda item: -item.seconds)


def _exercises(verdicts: Sequence[Verdict], totals: Sequence[float]) -> list[ExerciseFigures]:
    found = []
    for name, mine in _by_exercise(verdicts).items():
        earned = [item.points if item else 0.0 for item in mine]
        bonus = [item.bonus if item else 0.0 for item in mine]
        first = next(item for item in mine if item)
        solved = sum(_is_solved(item) for item in mine if item)
        found.append(
            ExerciseFigures(
                name=name,
                points=first.max_points,
                mean=sum(earned) / len(earned),
                solved=solved,
                rate=solved / len(earned),
                discrimination=discrimination([sum(pair) for pair in zip(earned, bonus, strict=True)], totals),
                not_begun=_who(verdicts, mine, lambda item: item.status == "not begun"),
                forbidden=_who(verdicts, mine, lambda item: item.status == "forbidden"),
                checks=_checks(mine, totals),
                bonus=first.max_bonus,
                bonus_mean=sum(bonus) / len(bonus),
            )
        )
    return found


def _is_solved(item: ExerciseVerdict) -> bool:
    if not item.max_points and item.max_bonus:
        return item.bonus == item.max_bonus
    return item.points == item.max_points


def _by_exercise(verdicts: Sequence[Verdict]) -> dict[str, list[ExerciseVerdict | None]]:
    """Return, for each exercise in the notebook's order, its verdict for each student; None where there is none."""
    names = dict.fromkeys(item.name for verdict in verdicts for item in verdict.exercises)
    each = [{item.name: item for item in verdict.exercises} for verdict in verdicts]
    return {name: [mine.get(name) for mine in each] for name in names}


def _who(
    verdicts: Sequence[Verdict], mine: Sequence[ExerciseVerdict | None], when: Callable[[ExerciseVerdict], bool]
) -> list[str]:
    return [verdict.student for verdict, item in zip(verdicts, mine, strict=True) if item and when(item)]


def _checks(mine: Sequence[ExerciseVerdict | None], totals: Sequence[float]) -> list[Item]:
    known = {check.name: check for item in mine if item for check in item.checks}
    found = []
    for name, check in known.items():
        # An exercise with a forbidden call earned nothing, so its checks count as failed.
        passed = [
            bool(item and item.status == "graded" and any(one.name == name and one.earned for one in item.checks))
            for item in mine
        ]
        rate = sum(passed) / len(passed)
        tells = discrimination([check.max_points * one for one in passed], totals)
        look = _look(rate, tells)
        found.append(Item(name, check.sentence, check.max_points, sum(passed), rate, tells, look, check.bonus))
    return found


def _look(rate: float, tells: float | None) -> str:
    if tells is None or not _TELLING[0] <= rate <= _TELLING[1] or tells >= LOW:
        return ""
    return for_staff_noop("strong students fail it") if tells < 0 else for_staff_noop("low discrimination")


def misconceptions(verdicts: Sequence[Verdict]) -> list[MisconceptionFigures]:
    """Return the known mistakes that students made, the most frequent first."""
    students: dict[tuple[str, str], list[str]] = {}
    hints: dict[tuple[str, str], Counter[str]] = {}
    for verdict in verdicts:
        for item in verdict.exercises:
            if item.misconception and not item.misconception.startswith(RELATION):
                key = item.name, item.misconception
                students.setdefault(key, []).append(verdict.student)
                hints.setdefault(key, Counter())[item.hint] += 1
    found = [MisconceptionFigures(*key, hints[key].most_common(1)[0][0], who) for key, who in students.items()]
    return sorted(found, key=lambda item: (-len(item.students), item.exercise, item.name))


def is_unexplained(item: ExerciseVerdict) -> bool:
    """Return whether points were lost, and neither a hint nor a rule explains why."""
    return item.status == "graded" and item.points < item.max_points and not is_explained(item)


def unexplained_by_exercise(verdicts: Sequence[Verdict]) -> list[Unexplained]:
    """Return the wrong answers that no misconception explains, one group per exercise, the largest first."""
    found = []
    for name, mine in _by_exercise(verdicts).items():
        if who := _who(verdicts, mine, is_unexplained):
            found.append(Unexplained(name, "", who))
    return sorted(found, key=lambda item: -len(item.students))


def _with(verdict: Verdict, status: str) -> list[ExerciseVerdict]:
    return [item for item in verdict.exercises if item.status == status]


def _of_each(verdicts: Sequence[Verdict], notes: Callable[[Verdict], Sequence[tuple[str, str]]]) -> list[StudentNote]:
    return [StudentNote(item.student, kind, text) for item in verdicts for kind, text in notes(item)]
