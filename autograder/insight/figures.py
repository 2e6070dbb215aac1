"""The class report as data: what the verdicts of one problem set tell of its exercises and of the class.

Pure functions from verdicts to numbers and names; nothing is read from disk here, and nothing is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from autograder.model.verdict import ExerciseVerdict, Verdict, is_explained

from .statistics import Spread, discrimination, spread
from .troubles import troubles

LOW = 0.2
"""Below this an item hardly tells strong students from weak ones (Ebel, Measuring Educational Achievement, 1965)."""
_TELLING = (0.05, 0.95)
"""Items that fewer or more students pass cannot tell them apart, whatever they ask."""


class Item(msgspec.Struct, frozen=True):
    """A check over the class; it is passed where its points were earned."""

    name: str
    sentence: str
    points: float
    passed: int
    rate: float
    discrimination: float | None
    look: str
    """Why staff should look at it; mostly empty."""


class ExerciseFigures(msgspec.Struct, frozen=True):
    """An exercise over the class; `solved` counts those who earned all its points."""

    name: str
    points: float
    mean: float
    solved: int
    rate: float
    discrimination: float | None
    not_begun: list[str]
    forbidden: list[str]
    checks: list[Item]


class MisconceptionFigures(msgspec.Struct, frozen=True):
    """A known mistake, and who made it."""

    exercise: str
    name: str
    hint: str
    students: list[str]


class Unexplained(msgspec.Struct, frozen=True):
    """Wrong answers to an exercise that no misconception explains, and seem to be of one kind."""

    exercise: str
    kind: str
    students: list[str]


class StudentNote(msgspec.Struct, frozen=True):
    """What is to be said of one student's work; `kind` is a word to sort by."""

    student: str
    kind: str
    text: str


class Late(msgspec.Struct, frozen=True):
    """A submission that came after its deadline, as nbgrader counts, and what that costs."""

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
    """All figures of one problem set; points are those given by the checks, without deductions for being late."""

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
    """How long grading a submission took, by the clock; None where that is not known."""
    slow: list[Slow]
    late: list[Late]
    not_graded: list[str]
    """Students whose folder is there, but no verdict."""
    missing: list[str] | None
    """Students of the course who handed nothing in; None where nothing says who is in the course."""


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
    """The figures of a class.

    Args:
        problem_set: its name.
        verdicts: one a student, of that problem set.
        seconds: by student, how long grading took, where that is known.
        late: what came late.
        not_graded: students whose work stands there without a verdict.
        missing: students of the course who handed nothing in, where that is known.
        unexplained: groups of unexplained answers; by default those of one exercise are one group.
    """
    points = max((item.max_points for item in verdicts), default=0.0)
    totals = [item.points for item in verdicts]
    return ClassReport(
        problem_set=problem_set,
        submissions=len(verdicts),
        points=points,
        scores=spread(totals, points),
        full=sum(item.points == item.max_points for item in verdicts),
        exercises=_exercises(verdicts, totals),
        misconceptions=misconceptions(verdicts),
        unexplained=list(unexplained_by_exercise(verdicts) if unexplained is None else unexplained),
        forbidden=_of_each(verdicts, lambda item: [(one.name, one.note) for one in _with(item, "forbidden")]),
        incidents=_of_each(verdicts, troubles),
        seconds=spread(list(seconds.values()), max(seconds.values())) if seconds else None,
        slow=slow(seconds or {}),
        late=sorted(late, key=lambda item: (-item.hours, item.student)),
        not_graded=sorted(not_graded),
        missing=None if missing is None else sorted(missing),
    )


def slow(seconds: Mapping[str, float]) -> list[Slow]:
    """Those beyond the upper fence, the upper quartile and 1.5 times the distance of the quartiles, longest first.

    The fence is Tukey's (Exploratory Data Analysis, 1977); within a second of the median nothing is worth a look.
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
        first = next(item for item in mine if item)
        solved = sum(item.points == item.max_points for item in mine if item)
        found.append(
            ExerciseFigures(
                name=name,
                points=first.max_points,
                mean=sum(earned) / len(earned),
                solved=solved,
                rate=solved / len(earned),
                discrimination=discrimination(earned, totals),
                not_begun=_who(verdicts, mine, lambda item: item.status == "not begun"),
                forbidden=_who(verdicts, mine, lambda item: item.status == "forbidden"),
                checks=_checks(mine, totals),
            )
        )
    return found


def _by_exercise(verdicts: Sequence[Verdict]) -> dict[str, list[ExerciseVerdict | None]]:
    """By exercise, in the order of the notebook: what each student's verdict says of it."""
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
        # What a forbidden call passed earned nothing, and so tells nothing.
        passed = [
            bool(item and item.status == "graded" and any(one.name == name and one.earned for one in item.checks))
            for item in mine
        ]
        rate = sum(passed) / len(passed)
        tells = discrimination([check.max_points * one for one in passed], totals)
        found.append(Item(name, check.sentence, check.max_points, sum(passed), rate, tells, _look(rate, tells)))
    return found


def _look(rate: float, tells: float | None) -> str:
    if tells is None or not _TELLING[0] <= rate <= _TELLING[1] or tells >= LOW:
        return ""
    return "strong students fail it" if tells < 0 else "tells little"


def misconceptions(verdicts: Sequence[Verdict]) -> list[MisconceptionFigures]:
    """The known mistakes that were made, the most frequent first."""
    students: dict[tuple[str, str], list[str]] = {}
    hints: dict[tuple[str, str], Counter[str]] = {}
    for verdict in verdicts:
        for item in verdict.exercises:
            if item.misconception:
                key = item.name, item.misconception
                students.setdefault(key, []).append(verdict.student)
                hints.setdefault(key, Counter())[item.hint] += 1
    found = [MisconceptionFigures(*key, hints[key].most_common(1)[0][0], who) for key, who in students.items()]
    return sorted(found, key=lambda item: (-len(item.students), item.exercise, item.name))


def is_unexplained(item: ExerciseVerdict) -> bool:
    """Whether points were lost, and neither a hint nor a rule says why."""
    return item.status == "graded" and item.points < item.max_points and not is_explained(item)


def unexplained_by_exercise(verdicts: Sequence[Verdict]) -> list[Unexplained]:
    """The wrong answers that no misconception explains: one group an exercise, the largest first."""
    found = []
    for name, mine in _by_exercise(verdicts).items():
        if who := _who(verdicts, mine, is_unexplained):
            found.append(Unexplained(name, "", who))
    return sorted(found, key=lambda item: -len(item.students))


def _with(verdict: Verdict, status: str) -> list[ExerciseVerdict]:
    return [item for item in verdict.exercises if item.status == status]


def _of_each(verdicts: Sequence[Verdict], notes: Callable[[Verdict], Sequence[tuple[str, str]]]) -> list[StudentNote]:
    return [StudentNote(item.student, kind, text) for item in verdicts for kind, text in notes(item)]
