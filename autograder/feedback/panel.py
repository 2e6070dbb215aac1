"""Formats the score, and an exercise's verdict, for the student: as HTML and as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from autograder.language import gettext, gettext_noop, ngettext, number
from autograder.model.grades import CellGrade, Grades, with_grades
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict

from .cleaning import escaped, sealed

NO_RESPONSE = gettext_noop("No response.")
"""nbgrader's comment on cells that are unchanged since the release."""
PASTE = gettext_noop("Paste this below your code:")


def as_html(exercise: ExerciseVerdict) -> str:
    """Return the verdict as a table of checks, hint first. Styles are inline since nbgrader's pages lack our styles."""
    parts = [f"<p><strong>{escaped(_heading(exercise))}</strong></p>"]
    if exercise.note:
        parts.append(f"<p>{escaped(exercise.note)}</p>")
    if exercise.mark:
        parts.append(f"<p>{escaped(exercise.mark)}</p>")
    if exercise.hint:
        word = gettext("Hint:")
        parts.append(f"<p><strong>{escaped(word)}</strong> {escaped(exercise.hint)}</p>")
    if exercise.example:
        gives = gettext("It gives {value}", value=exercise.example.gives)
        right = gettext("Right is {value}", value=exercise.example.right)
        code = f"<p>{escaped(gettext(PASTE))}</p><pre>{escaped(exercise.example.code)}</pre>"
        parts.append(f"{code}<p>{escaped(gives)}<br>{escaped(right)}</p>")
    rows = "".join(map(_row, exercise.checks))
    parts.append(f"<table><tbody>{rows}</tbody></table>")
    return sealed("".join(parts))


def mark_of(check: CheckVerdict) -> str:
    """Return one character for the result of a check: passed, failed, or not counted."""
    return ("✓" if check.passed else "✗") if check.counted else "–"


@lru_cache(maxsize=4096)
def _row(check: CheckVerdict) -> str:
    mark = mark_of(check)
    reason = f"<br><em>{escaped(check.reason)}</em>" if check.reason else ""
    points = check_points(check)
    cells = (mark, f"{escaped(check.sentence)}{reason}", points)
    return (
        "<tr>" + "".join(f'<td style="padding: .2em .6em; vertical-align: top">{cell}</td>' for cell in cells) + "</tr>"
    )


def as_text(exercise: ExerciseVerdict) -> str:
    """Return the verdict as plain text, for a terminal."""
    lines = [_heading(exercise)]
    lines += [f"  {exercise.note}"] if exercise.note else []
    lines += [f"  {exercise.mark}"] if exercise.mark else []
    lines += ["  " + gettext("Hint: {hint}", hint=exercise.hint)] if exercise.hint else []
    if exercise.example:
        lines += [f"  {gettext(PASTE)}", *(f"      {line}" for line in exercise.example.code.splitlines())]
        lines.append("      " + gettext("gives    {value}", value=exercise.example.gives))
        lines.append("      " + gettext("right is {value}", value=exercise.example.right))
    for check in exercise.checks:
        lines.append(f"  {mark_of(check)} {check.sentence} ({check_points(check)})")
        if check.reason:
            lines.append(f"      {check.reason}")
    return "\n".join(lines)


def _heading(exercise: ExerciseVerdict) -> str:
    points = of_points(exercise.points, exercise.max_points, exercise.bonus, exercise.max_bonus)
    return gettext("{exercise}: {points}", exercise=exercise.name, points=points)


def of_points(points: float, max_points: float, bonus: float = 0, max_bonus: float = 0) -> str:
    """Return points with the maximum, as text, and bonus points with theirs if there are any to earn."""
    if max_bonus and not max_points and not points:
        return gettext("{points} of {most} bonus points", points=number(bonus), most=number(max_bonus))
    return _of(number(points), max_points, bonus, max_bonus)


def _of(points: str, max_points: float, bonus: float = 0, max_bonus: float = 0) -> str:
    return _with_bonus(gettext("{points} of {most} points", points=points, most=number(max_points)), bonus, max_bonus)


def _with_bonus(points: str, bonus: float, max_bonus: float) -> str:
    if not max_bonus:
        return points
    return gettext(
        "{points}, and {bonus} of {most} bonus points", points=points, bonus=number(bonus), most=number(max_bonus)
    )


def slashed(points: float, max_points: float, bonus: float = 0, max_bonus: float = 0) -> str:
    """Return points and maximum as in a table; bonus points and theirs after a plus sign."""
    parts = [f"{number(points)} / {number(max_points)}"] if max_points or points or not max_bonus else []
    parts += [f"+ {number(bonus)} / {number(max_bonus)}"] if max_bonus else []
    return " ".join(parts)


def check_points(check: CheckVerdict) -> str:
    """Return a check's points with their maximum; bonus points with a plus sign."""
    return slashed(0, 0, check.points, check.max_points) if check.bonus else slashed(check.points, check.max_points)


def points_of(points: float) -> str:
    """Return points as text."""
    return ngettext("{points} point", "{points} points", 1 if points == 1 else 2, points=number(points))


MOST_TO_DO = 3
"""The maximum number of exercises that are listed at the top of the page."""


def to_do(verdict: Verdict) -> list[tuple[int, str, str, float]]:
    """Return what to correct first: an exercise's number, its name, the reason and its lost points, most points first.

    Exercises that are not begun come last, since they have nothing to correct yet.
    """
    lost = [
        (place, item.name, _first_reason(item), item.max_points - item.points, item.status == "not begun")
        for place, item in enumerate(verdict.exercises, 1)
        if item.points < item.max_points  # missing bonus points are nothing to correct
    ]
    lost.sort(key=lambda item: (item[4], -item[3]))
    return [item[:4] for item in lost[:MOST_TO_DO]]


def _first_reason(exercise: ExerciseVerdict) -> str:
    failing = (check.reason for check in exercise.checks if not check.flawless and check.reason)
    return exercise.note or exercise.hint or next(failing, "")


def remarks(verdict: Verdict) -> list[str]:
    """Return the remarks on the notebook as a whole."""
    return [*verdict.repairs, *verdict.incidents]


@dataclass(frozen=True)
class Score:
    """The score at the top of a page: points, the maximum, and the parts that they consist of.

    `frame` is the sentence with _POINTS as a placeholder for the points, so that they can be displayed larger.
    """

    points: float
    max_points: float
    frame: str
    parts: list[str]
    bonus: float = 0
    max_bonus: float = 0

    @property
    def said(self) -> str:
        """Return the sentence."""
        return self.frame.replace(_POINTS, number(self.points))

    @property
    def around(self) -> tuple[str, str]:
        """Return the text before the points and after them."""
        before, _, behind = self.frame.partition(_POINTS)
        return before.strip(), behind.strip()


_POINTS = "\0"


def total(verdict: Verdict, grades: Grades | None, examples: Mapping[str, str], written_points: float = 0) -> Score:
    """Return the score of a submission.

    Args:
        verdict: the checks' verdict.
        grades: the submission's grades in the gradebook; None if there are none.
        examples: the grade id of each exercise's examples cell, which holds its points.
        written_points: the maximum of the points that are given by hand.
    """
    if grades is None:
        points = _of(_POINTS, verdict.max_points, verdict.bonus, verdict.max_bonus)
        said = gettext("{points} by the checks", points=points)
        if written_points:
            said = gettext(
                "{points} by the checks; {more} more are given by hand", points=points, more=number(written_points)
            )
        return Score(verdict.points, verdict.max_points, said, [], verdict.bonus, verdict.max_bonus)
    ours = set(examples.values())
    of_checks = [cell for grade_id, cell in grades.cells.items() if grade_id in ours]
    others = [cell for grade_id, cell in grades.cells.items() if grade_id not in ours]
    bonus, max_bonus = with_grades(verdict, grades, examples).bonus, verdict.max_bonus
    parts = [gettext("exercises: {points}", points=_sum(of_checks, bonus))]
    if others and all(cell.waiting for cell in others):
        waiting = number(sum(cell.max_points for cell in others))
        parts.append(gettext("graded by hand: {points} points, not yet", points=waiting))
    elif others and any(cell.waiting for cell in others):
        parts.append(gettext("graded by hand: {points}, not all yet", points=_sum(others)))
    elif others:
        parts.append(gettext("graded by hand: {points}", points=_sum(others)))
    if grades.late_penalty:
        if max_bonus:
            parts.append(gettext("bonus: {points}", points=_pair(bonus, max_bonus)))
        parts.append(gettext("handed in late: −{points}", points=number(grades.late_penalty)))
    # A deduction concerns all points, so that with one the score is that of the exports: bonus points are a part of it.
    whole = grades.late_penalty > 0
    said = _of(_POINTS, grades.max_points, *(() if whole else (bonus, max_bonus)))
    said = gettext("{points} so far", points=said) if grades.waiting else said
    shown = parts if len(parts) > 1 else []
    if whole:
        return Score(grades.points, grades.max_points, said, shown)
    return Score(grades.points - bonus, grades.max_points, said, shown, bonus, max_bonus)


def by_hand(cell: CellGrade | None, by_checks: ExerciseVerdict | None = None) -> str:
    """Return a sentence on a cell's points given by hand; "" if all points are from the checks.

    Args:
        cell: its grade; None if the gradebook has none.
        by_checks: an exercise's verdict by the checks; None for a cell that is graded by hand only.
    """
    if cell is None:
        return ""
    earned, most = (by_checks.bonus, by_checks.max_bonus) if by_checks else (0.0, 0.0)
    bonus = min(earned, cell.extra_credit)
    points = of_points(cell.points - bonus, cell.max_points, bonus, most)
    if cell.extra_credit > bonus:
        points, extra = of_points(cell.points - bonus, cell.max_points), number(cell.extra_credit - bonus)
        points = gettext("{points}, {extra} of them extra credit", points=points, extra=extra)
        points = _with_bonus(points, bonus, most)
    if cell.by_hand is not None or bonus < earned:
        if by_checks is None:
            return gettext("Graded by hand: {points}.", points=points)
        checks = number(by_checks.points)
        if bonus < earned:
            checks = of_points(by_checks.points, by_checks.max_points, earned, most)
        return gettext("Graded by hand: {points}; the checks gave {checks}.", points=points, checks=checks)
    if cell.extra_credit > bonus:
        return gettext("{sentence}.", sentence=points)
    if by_checks is not None:
        return ""
    if cell.waiting:
        return gettext("Graded by hand: up to {points} points, not graded yet.", points=number(cell.max_points))
    return gettext("Not answered: {points}.", points=points)


def comment(text: str) -> str:
    """Return a comment on a cell; nbgrader's comment on missing answers is translated to the course's language."""
    return gettext(NO_RESPONSE) if text.strip() == NO_RESPONSE else text


def _sum(cells: list[CellGrade], bonus: float = 0) -> str:
    """Return the points of some cells, without bonus points, and their maximum."""
    return _pair(sum(cell.points for cell in cells) - bonus, sum(cell.max_points for cell in cells))


def _pair(points: float, most: float) -> str:
    return gettext("{points} of {most}", points=number(points), most=number(most))
