"""Prints the summary of a run in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from autograder import terminal
from autograder.language import number
from autograder.language.staff import for_staff, for_staff_noop
from autograder.model.verdict import Row, Verdict

from .panel import slashed

_STUDENTS = 40
"""The maximum number of submissions that are listed one by one; more are summarized by problem set only."""
_EACH = for_staff_noop("student"), for_staff_noop("problem set"), for_staff_noop("points"), for_staff_noop("remarks")
_SETS = (
    *(for_staff_noop("problem set"), for_staff_noop("graded"), for_staff_noop("median"), for_staff_noop("of")),
    for_staff_noop("with all points"),
)


def show(rows: Sequence[Row]) -> None:
    """Print each submission if there are few, and each problem set."""
    if not rows:
        terminal.say("nothing was graded: submitted/<student>/<problem set>/ holds no submission")
        return
    if len(rows) <= _STUDENTS:
        each = [(row.student, row.problem_set, _points(row), str(row.remarks or "")) for row in rows]
        terminal.table(_EACH, each, right=_EACH[2:])
    sets = []
    for name in sorted({row.problem_set for row in rows}):
        mine = [row for row in rows if row.problem_set == name]
        scores = sorted(row.points for row in mine)
        full = sum(row.points == row.max_points for row in mine)
        sets.append((name, str(len(mine)), number(scores[len(scores) // 2]), number(mine[0].max_points), str(full)))
    terminal.table(_SETS, sets, right=_SETS[1:])


def points_in_words(found: Row | Verdict) -> str:
    """Return points, and bonus points if there are any to earn, with their maxima, in staff's language."""
    points = for_staff("{points:g} of {of:g} points", points=found.points, of=found.max_points)
    if not found.max_bonus:
        return points
    return for_staff(
        "{points}, and {bonus:g} of {of:g} bonus points", points=points, bonus=found.bonus, of=found.max_bonus
    )


def _points(row: Row) -> str:
    return slashed(row.points, row.max_points, row.bonus, row.max_bonus)
