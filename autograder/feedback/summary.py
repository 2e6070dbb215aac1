"""The summary of a run in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from autograder import terminal
from autograder.model.verdict import Row

from .panel import number

_STUDENTS = 40
"""So many submissions are listed one by one; the rest by problem set alone."""


def show(rows: Sequence[Row]) -> None:
    """Each submission where there are few, and each problem set."""
    if not rows:
        terminal.say("nothing was graded: submitted/<student>/<problem set>/ holds no submission")
        return
    if len(rows) <= _STUDENTS:
        each = [(row.student, row.problem_set, _points(row), str(row.remarks or "")) for row in rows]
        terminal.table(("student", "problem set", "points", "remarks"), each, right=("points", "remarks"))
    sets = []
    for name in sorted({row.problem_set for row in rows}):
        mine = [row for row in rows if row.problem_set == name]
        scores = sorted(row.points for row in mine)
        full = sum(row.points == row.max_points for row in mine)
        sets.append((name, str(len(mine)), number(scores[len(scores) // 2]), number(mine[0].max_points), str(full)))
    columns = ("problem set", "graded", "median", "of", "with all points")
    terminal.table(columns, sets, right=columns[1:])


def _points(row: Row) -> str:
    return f"{number(row.points)} / {number(row.max_points)}"
