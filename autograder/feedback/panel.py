"""The score, and one exercise's verdict, for the student: as HTML and as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from autograder.model.grades import CellGrade, Grades
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict

from .cleaning import escaped, sealed

PASTE = "Paste this below your code:"


@lru_cache(maxsize=1024)
def number(points: float) -> str:
    """Points without needless zeros."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def as_html(exercise: ExerciseVerdict) -> str:
    """The verdict as a table of checks, hint first. Styles are inline: nbgrader's pages do not know ours."""
    points = f"{number(exercise.points)} of {number(exercise.max_points)} points"
    parts = [f"<p><strong>{escaped(exercise.name)}: {points}</strong></p>"]
    if exercise.note:
        parts.append(f"<p>{escaped(exercise.note)}</p>")
    if exercise.mark:
        parts.append(f"<p>{escaped(exercise.mark)}</p>")
    if exercise.hint:
        parts.append(f"<p><strong>Hint:</strong> {escaped(exercise.hint)}</p>")
    if exercise.example:
        code, gives, right = map(escaped, (exercise.example.code, exercise.example.gives, exercise.example.right))
        parts.append(f"<p>{PASTE}</p><pre>{code}</pre><p>It gives {gives}<br>Right is {right}</p>")
    rows = "".join(map(_row, exercise.checks))
    parts.append(f"<table><tbody>{rows}</tbody></table>")
    return sealed("".join(parts))


def mark_of(check: CheckVerdict) -> str:
    """One character for how a check ended: passed, failed, or not counted."""
    return ("✓" if check.passed else "✗") if check.counted else "–"


@lru_cache(maxsize=4096)
def _row(check: CheckVerdict) -> str:
    mark = mark_of(check)
    reason = f"<br><em>{escaped(check.reason)}</em>" if check.reason else ""
    points = f"{number(check.points)} / {number(check.max_points)}"
    cells = (mark, f"{escaped(check.sentence)}{reason}", points)
    return (
        "<tr>" + "".join(f'<td style="padding: .2em .6em; vertical-align: top">{cell}</td>' for cell in cells) + "</tr>"
    )


def as_text(exercise: ExerciseVerdict) -> str:
    """The same for a terminal."""
    lines = [f"{exercise.name}: {number(exercise.points)} of {number(exercise.max_points)} points"]
    lines += [f"  {exercise.note}"] if exercise.note else []
    lines += [f"  {exercise.mark}"] if exercise.mark else []
    lines += [f"  Hint: {exercise.hint}"] if exercise.hint else []
    if exercise.example:
        lines += [f"  {PASTE}", *(f"      {line}" for line in exercise.example.code.splitlines())]
        lines += [f"      gives    {exercise.example.gives}", f"      right is {exercise.example.right}"]
    for check in exercise.checks:
        lines.append(f"  {mark_of(check)} {check.sentence} ({number(check.points)} / {number(check.max_points)})")
        if check.reason:
            lines.append(f"      {check.reason}")
    return "\n".join(lines)


MOST_TO_DO = 3
"""So many exercises are named at the top of the page."""


def to_do(verdict: Verdict) -> list[tuple[int, str, str, float]]:
    """What to mend first, most points first: the exercise's number, its name, why, and the points that it lost.

    What is not begun comes last: there is nothing to mend yet.
    """
    lost = [
        (place, item.name, _first_reason(item), item.max_points - item.points, item.status == "not begun")
        for place, item in enumerate(verdict.exercises, 1)
        if item.points < item.max_points
    ]
    lost.sort(key=lambda item: (item[4], -item[3]))
    return [item[:4] for item in lost[:MOST_TO_DO]]


def _first_reason(exercise: ExerciseVerdict) -> str:
    failing = (check.reason for check in exercise.checks if not check.flawless and check.reason)
    return exercise.note or exercise.hint or next(failing, "")


def remarks(verdict: Verdict) -> list[str]:
    """What holds for the notebook as a whole."""
    return [*verdict.repairs, *verdict.incidents]


@dataclass(frozen=True)
class Score:
    """What stands at the top of a page: points of how many, what is said of them, and what they consist of."""

    points: float
    max_points: float
    note: str
    parts: list[str]


def total(verdict: Verdict, grades: Grades | None, examples: Mapping[str, str], written_points: float = 0) -> Score:
    """The score of a submission.

    Args:
        verdict: what the checks found.
        grades: what the gradebook holds; None where there is none.
        examples: by exercise, the grade id of its examples cell, which holds its points.
        written_points: what is graded by hand.
    """
    if grades is None:
        more = f"; {number(written_points)} more are given by hand" if written_points else ""
        return Score(verdict.points, verdict.max_points, f" by the checks{more}", [])
    ours = set(examples.values())
    of_checks = [cell for grade_id, cell in grades.cells.items() if grade_id in ours]
    others = [cell for grade_id, cell in grades.cells.items() if grade_id not in ours]
    parts = [f"exercises: {_sum(of_checks)}"]
    if others and all(cell.waiting for cell in others):
        parts.append(f"graded by hand: {number(sum(cell.max_points for cell in others))} points, not yet")
    elif others:
        rest = ", not all yet" if any(cell.waiting for cell in others) else ""
        parts.append(f"graded by hand: {_sum(others)}{rest}")
    if grades.late_penalty:
        parts.append(f"handed in late: −{number(grades.late_penalty)}")
    note = " so far" if grades.waiting else ""
    return Score(grades.points, grades.max_points, note, parts if len(parts) > 1 else [])


def by_hand(cell: CellGrade | None, by_checks: float | None = None) -> str:
    """What somebody gave for a cell, as a sentence; an empty text where all of it is the checks'.

    Args:
        cell: its grade; None where the gradebook has none.
        by_checks: what the checks gave, of an exercise; None of what is graded by hand alone.
    """
    if cell is None:
        return ""
    points = f"{number(cell.points)} of {number(cell.max_points)} points"
    extra = f", {number(cell.extra_credit)} of them extra credit" if cell.extra_credit else ""
    if cell.by_hand is not None:
        checks = f"; the checks gave {number(by_checks)}" if by_checks is not None else ""
        return f"Graded by hand: {points}{extra}{checks}."
    if extra:
        return f"{points}{extra}."
    if by_checks is not None:
        return ""
    if cell.waiting:
        return f"Graded by hand: up to {number(cell.max_points)} points, not graded yet."
    return f"Not answered: {points}."


def _sum(cells: list[CellGrade]) -> str:
    points, worth = sum(cell.points for cell in cells), sum(cell.max_points for cell in cells)
    return f"{number(points)} of {number(worth)}"
