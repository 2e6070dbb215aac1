"""The summary of a run in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from autograder import terminal
from autograder.grading.verdict import Verdict

from .panel import number

_STUDENTS = 40
"""So many submissions are listed one by one; the rest by problem set alone."""


def show(verdicts: Sequence[Verdict]) -> None:
    """Each submission where there are few, and each problem set."""
    if not verdicts:
        terminal.say("nothing was graded: submitted/<student>/<problem set>/ holds no submission")
        return
    if len(verdicts) <= _STUDENTS:
        each = [
            (item.student, item.problem_set, _points(item), str(len(item.repairs) + len(item.incidents) or ""))
            for item in verdicts
        ]
        terminal.table(("student", "problem set", "points", "remarks"), each, right=("points", "remarks"))
    rows = []
    for name in sorted({item.problem_set for item in verdicts}):
        mine = [item for item in verdicts if item.problem_set == name]
        scores = sorted(item.points for item in mine)
        full = sum(item.points == item.max_points for item in mine)
        rows.append((name, str(len(mine)), number(scores[len(scores) // 2]), number(mine[0].max_points), str(full)))
    columns = ("problem set", "graded", "median", "of", "with all points")
    terminal.table(columns, rows, right=columns[1:])


def _points(verdict: Verdict) -> str:
    return f"{number(verdict.points)} / {number(verdict.max_points)}"
