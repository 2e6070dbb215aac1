"""Compares verdicts to report the scores that grading again would change, in which exercise, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from autograder import terminal
from autograder.language import number
from autograder.language.staff import for_staff, for_staff_noop
from autograder.model.verdict import ExerciseVerdict, Verdict

_COLUMNS = (
    *(for_staff_noop("student"), for_staff_noop("problem set"), for_staff_noop("exercise")),
    *(for_staff_noop("before"), for_staff_noop("after"), for_staff_noop("why")),
)
_STATES = for_staff_noop("graded"), for_staff_noop("not begun"), for_staff_noop("forbidden")
"""The states of an exercise, as `ExerciseVerdict.status`."""


class Change(msgspec.Struct, frozen=True):
    """A change in one exercise of one submission; `before` is None if it was not graded before.

    Both are the points without bonus points, which are `bonus_before` and `bonus`.
    """

    problem_set: str
    student: str
    exercise: str
    before: float | None
    after: float
    why: str
    bonus_before: float = 0.0
    bonus: float = 0.0

    @property
    def shown_before(self) -> str:
        """Return the points before, with the bonus points; "-" if it was not graded."""
        return "-" if self.before is None else _shown(self.before, self.bonus_before)

    @property
    def shown_after(self) -> str:
        """Return the points after, with the bonus points."""
        return _shown(self.after, self.bonus)


def _shown(points: float, bonus: float) -> str:
    return f"{number(points)} + {number(bonus)}" if bonus else number(points)


def between(before: Verdict | None, after: Verdict) -> Iterator[Change]:
    """Yield the exercises whose points differ from before."""
    old = {item.name: item for item in before.exercises} if before else {}
    for new in after.exercises:
        known = old.get(new.name)
        if known is None or (known.points, known.bonus) != (new.points, new.bonus):
            points, bonus = (known.points, known.bonus) if known else (None, 0.0)
            why = _why(known, new) if known else for_staff("not graded before")
            yield Change(after.problem_set, after.student, new.name, points, new.points, why, bonus, new.bonus)


def _why(old: ExerciseVerdict, new: ExerciseVerdict) -> str:
    if old.status != new.status:
        return new.note or for_staff(
            "is {status}, and was {before}", status=for_staff(new.status), before=for_staff(old.status)
        )
    earned = {check.name: check for check in old.checks}
    for check in new.checks:
        known = earned.get(check.name)
        if known is None:
            return for_staff("a new check: {check}", check=check.sentence) + (
                "" if check.passed else f": {check.reason}"
            )
        if (known.passed, known.earned) != (check.passed, check.earned):
            return f"{check.sentence}: " + (for_staff("passes now") if check.earned else check.reason)
        if known.bonus != check.bonus:
            return (
                for_staff("{check}: gives bonus points now", check=check.sentence)
                if check.bonus
                else for_staff("{check}: gives no bonus points any more", check=check.sentence)
            )
        if known.max_points != check.max_points:
            return for_staff(
                "{check}: is worth {points}, and was {before}",
                check=check.sentence,
                points=number(check.max_points),
                before=number(known.max_points),
            )
        if known.points != check.points:
            return for_staff(
                "{check}: earns {points}, and earned {before}",
                check=check.sentence,
                points=number(check.points),
                before=number(known.points),
            )
    gone = next((check for check in old.checks if check.name not in {item.name for item in new.checks}), None)
    return for_staff("a check is gone: {check}", check=gone.sentence) if gone else ""


def show(changes: Sequence[Change]) -> None:
    """Print the changes as a table."""
    if not changes:
        terminal.say("no score would change")
        return
    rows = [
        (item.student, item.problem_set, item.exercise, item.shown_before, item.shown_after, item.why)
        for item in sorted(changes, key=lambda item: (item.problem_set, item.student))
    ]
    terminal.table(_COLUMNS, rows, right=("before", "after"))
    students = len({(item.problem_set, item.student) for item in changes})
    terminal.say("{students} scores would change; nothing is written", students=students)
