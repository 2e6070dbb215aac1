"""Prints a verdict in the terminal, with the code; control characters in students' text are escaped."""

from __future__ import annotations

from rich.syntax import Syntax
from rich.text import Text

from autograder import terminal
from autograder.course.release import Release
from autograder.course.repair import Repaired
from autograder.language import gettext, speaking
from autograder.language.staff import for_staff, staff_language
from autograder.model.grades import Grades, with_grades
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict

from .panel import PASTE, by_hand, check_points, mark_of, slashed, total

_LINES = 80
"""The maximum number of lines of an exercise's code that are shown."""
_PYTHON = Syntax("", "python", theme="ansi_dark", background_color="default")


def show(
    verdict: Verdict, repaired: Repaired, release: Release, exercise: str | None = None, grades: Grades | None = None
) -> None:
    """Print the score, the exercises with their checks, and the code of those that lost points.

    Args:
        verdict: the submission's verdict.
        repaired: the submission's cells.
        release: the release of its problem set.
        exercise: the name of the only exercise to show, always with its code; by default all.
        grades: the submission's grades in the gradebook; None if there are none.
    """
    with speaking(staff_language()):  # what pages say to students in the course's language is said to staff here
        _show(verdict, repaired, release, exercise, grades)


def _show(verdict: Verdict, repaired: Repaired, release: Release, exercise: str | None, grades: Grades | None) -> None:
    examples = {item.name: item.examples_id for item in release.exercises}
    solutions = {item.name: item.solution_id for item in release.exercises}
    if exercise is None:
        score = total(verdict, grades, examples)
        points = slashed(score.points, score.max_points, score.bonus, score.max_bonus)
        title = f"{verdict.student} {verdict.problem_set}: {points}"
        _print(Text(terminal.literal(title), style="bold"))
        if score.parts:
            _print(Text(" · ".join(score.parts)))
        for remark in [*verdict.repairs, *verdict.incidents]:
            _print(Text(f"! {terminal.literal(remark)}", style="yellow"))
    for before, found in zip(verdict.exercises, with_grades(verdict, grades, examples).exercises, strict=True):
        if exercise in (None, found.name):
            _print(_exercise(found))
            if grades:
                cell = grades.cells.get(examples.get(found.name, ""))
                comment = grades.comments.get(solutions.get(found.name, ""), "")
                _show_given("", by_hand(cell, before), comment)
            lost = found.points < found.max_points or found.bonus < found.max_bonus
            if exercise or (lost and found.status != "not begun"):
                _show_code(found.name, repaired, release)
    if grades and exercise is None:
        for grade_id in release.cells:
            cell = grades.cells.get(grade_id)
            if grade_id not in {*examples.values(), *solutions.values()}:
                _show_given(grade_id, by_hand(cell), grades.comments.get(grade_id, ""))


def _show_given(cell: str, said: str, comment: str) -> None:
    """Print the grade and comment given by hand for a cell, with the cell's name if it belongs to no exercise."""
    if cell and (said or comment):
        _print(Text(f"\n{_literal(cell)}", style="bold"))
    if said:
        _print(Text(f"    {said}", style="cyan"))
    if comment:
        _print(Text(f"    {for_staff('Comment: ')}{_literal(comment.strip())}", style="cyan"))


def _exercise(found: ExerciseVerdict) -> Text:
    full = found.points >= found.max_points if found.max_points else found.bonus >= found.max_bonus
    text = Text.assemble(
        "\n",
        ("✓ " if full else "✗ ", "green" if full else "red"),
        (found.name, "bold"),
        f": {slashed(found.points, found.max_points, found.bonus, found.max_bonus)}",
    )
    if found.note:
        text.append(f"\n    {_literal(found.note)}", style="yellow")
    if found.mark:
        text.append(f"\n    {found.mark}", style="cyan")
    if found.hint:
        name = f" ({found.misconception})" if found.misconception else ""
        text.append(f"\n    {for_staff('Hint: ')}{_literal(found.hint)}{name}", style="cyan")
    if found.example:
        text.append(f"\n    {gettext(PASTE)}")
        gives, right = for_staff("gives    "), for_staff("right is ")
        for line in found.example.code.splitlines():
            text.append(f"\n        {_literal(line, 8)}", style="bold")
        text.append(f"\n        {gives}{_literal(found.example.gives, 8)}")
        text.append(f"\n        {right}{_literal(found.example.right, 8)}")
    if found.status != "not begun":
        for check in found.checks:
            text.append_text(_check(check))
    return text


def _check(check: CheckVerdict) -> Text:
    text = Text.assemble(
        "\n    ",
        (f"{mark_of(check)} ", {"✓": "green", "✗": "red"}.get(mark_of(check), "dim")),
        f"{_literal(check.sentence)} ({check_points(check)})",
    )
    if check.reason:
        text.append(f"\n        {_literal(check.reason, 8)}")
    return text


def _show_code(name: str, repaired: Repaired, release: Release) -> None:
    """Print the exercise's cell, with its number and line numbers."""
    solution_id = next((item.solution_id for item in release.exercises if item.name == name), "")
    place = repaired.place(solution_id)
    if place is None:
        return
    lines = terminal.literal(repaired.cells[place - 1].source).splitlines()
    where = for_staff("cell {cell}", cell=place)
    if len(lines) > _LINES:
        where = for_staff("{cell}, the first {shown} of {lines} lines", cell=where, shown=_LINES, lines=len(lines))
    _print(Text(f"    {where}", style="dim"))
    code = _PYTHON.highlight("\n".join(lines[:_LINES])).split("\n", allow_blank=True)
    for number_of_line, line in enumerate(code[: len(lines)], 1):
        numbered = Text.assemble((f"    {number_of_line:>4} ", "dim"), line)
        numbered.rstrip()
        _print(numbered)


def _literal(text: str, indent: int = 4) -> str:
    return terminal.literal(text).replace("\n", "\n" + " " * indent)


def _print(text: Text) -> None:
    terminal.out.print(text, soft_wrap=True)
