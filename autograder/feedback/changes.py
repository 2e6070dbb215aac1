"""What grading again would change: whose score, in which exercise, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from autograder import terminal
from autograder.model.verdict import ExerciseVerdict, Verdict

from .panel import number


class Change(msgspec.Struct, frozen=True):
    """One exercise of one submission; `before` is None where it was not graded before."""

    problem_set: str
    student: str
    exercise: str
    before: float | None
    after: float
    why: str


def between(before: Verdict | None, after: Verdict) -> Iterator[Change]:
    """The exercises that earn something else than before."""
    old = {item.name: item for item in before.exercises} if before else {}
    for new in after.exercises:
        known = old.get(new.name)
        if known is None or known.points != new.points:
            points = known.points if known else None
            why = _why(known, new) if known else "not graded before"
            yield Change(after.problem_set, after.student, new.name, points, new.points, why)


def _why(old: ExerciseVerdict, new: ExerciseVerdict) -> str:
    if old.status != new.status:
        return new.note or f"is {new.status}, and was {old.status}"
    earned = {check.name: check for check in old.checks}
    for check in new.checks:
        known = earned.get(check.name)
        if known is None:
            return f"a new check: {check.sentence}" + ("" if check.passed else f": {check.reason}")
        if (known.passed, known.earned) != (check.passed, check.earned):
            return f"{check.sentence}: " + ("passes now" if check.earned else check.reason)
        if known.max_points != check.max_points:
            return f"{check.sentence}: is worth {number(check.max_points)}, and was {number(known.max_points)}"
        if known.points != check.points:
            return f"{check.sentence}: earns {number(check.points)}, and earned {number(known.points)}"
    gone = next((check for check in old.checks if check.name not in {item.name for item in new.checks}), None)
    return f"a check is gone: {gone.sentence}" if gone else ""


def show(changes: Sequence[Change]) -> None:
    """The changes as a table."""
    if not changes:
        terminal.say("no score would change")
        return
    rows = [
        (item.student, item.problem_set, item.exercise, _before(item), number(item.after), item.why)
        for item in sorted(changes, key=lambda item: (item.problem_set, item.student))
    ]
    terminal.table(("student", "problem set", "exercise", "before", "after", "why"), rows, right=("before", "after"))
    students = len({(item.problem_set, item.student) for item in changes})
    terminal.say(f"{students} scores would change; nothing is written")


def _before(change: Change) -> str:
    return "-" if change.before is None else number(change.before)
