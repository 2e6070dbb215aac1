"""A verdict in the terminal, with the code that it is about. Text of a student's is written out there, not obeyed."""

from __future__ import annotations

from rich.syntax import Syntax
from rich.text import Text

from autograder import terminal
from autograder.course.release import Release
from autograder.course.repair import Repaired
from autograder.model.grades import Grades, with_grades
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict

from .panel import PASTE, by_hand, mark_of, number, total

_LINES = 80
"""So many lines of an exercise's code are shown."""
_PYTHON = Syntax("", "python", theme="ansi_dark", background_color="default")


def show(
    verdict: Verdict, repaired: Repaired, release: Release, exercise: str | None = None, grades: Grades | None = None
) -> None:
    """Score, exercises with their checks, and the code of those that lost points.

    Args:
        verdict: of the submission.
        repaired: the submission's cells.
        release: of its problem set.
        exercise: only this one, with its code in any case.
        grades: what the gradebook holds of the submission; None where that is nothing.
    """
    examples = {item.name: item.examples_id for item in release.exercises}
    solutions = {item.name: item.solution_id for item in release.exercises}
    if exercise is None:
        score = total(verdict, grades, examples)
        title = f"{verdict.student} {verdict.problem_set}: {_points(score.points, score.max_points)}"
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
                _show_given("", by_hand(cell, before.points), comment)
            if exercise or (found.points < found.max_points and found.status != "not begun"):
                _show_code(found.name, repaired, release)
    if grades and exercise is None:
        for grade_id in release.cells:
            cell = grades.cells.get(grade_id)
            if grade_id not in {*examples.values(), *solutions.values()}:
                _show_given(grade_id, by_hand(cell), grades.comments.get(grade_id, ""))


def _show_given(cell: str, said: str, comment: str) -> None:
    """What was given by hand for a cell, named where it is no exercise's."""
    if cell and (said or comment):
        _print(Text(f"\n{_literal(cell)}", style="bold"))
    if said:
        _print(Text(f"    {said}", style="cyan"))
    if comment:
        _print(Text(f"    Comment: {_literal(comment.strip())}", style="cyan"))


def _exercise(found: ExerciseVerdict) -> Text:
    full = found.points == found.max_points
    text = Text.assemble(
        "\n",
        ("✓ " if full else "✗ ", "green" if full else "red"),
        (found.name, "bold"),
        f": {_points(found.points, found.max_points)}",
    )
    if found.note:
        text.append(f"\n    {_literal(found.note)}", style="yellow")
    if found.mark:
        text.append(f"\n    {found.mark}", style="cyan")
    if found.hint:
        name = f" ({found.misconception})" if found.misconception else ""
        text.append(f"\n    Hint: {_literal(found.hint)}{name}", style="cyan")
    if found.example:
        text.append(f"\n    {PASTE}")
        for line in found.example.code.splitlines():
            text.append(f"\n        {_literal(line, 8)}", style="bold")
        text.append(f"\n        gives    {_literal(found.example.gives, 8)}")
        text.append(f"\n        right is {_literal(found.example.right, 8)}")
    if found.status != "not begun":
        for check in found.checks:
            text.append_text(_check(check))
    return text


def _check(check: CheckVerdict) -> Text:
    text = Text.assemble(
        "\n    ",
        (f"{mark_of(check)} ", {"✓": "green", "✗": "red"}.get(mark_of(check), "dim")),
        f"{_literal(check.sentence)} ({_points(check.points, check.max_points)})",
    )
    if check.reason:
        text.append(f"\n        {_literal(check.reason, 8)}")
    return text


def _show_code(name: str, repaired: Repaired, release: Release) -> None:
    """The cell of the exercise, by its number, with the numbers of its lines."""
    solution_id = next((item.solution_id for item in release.exercises if item.name == name), "")
    place = repaired.place(solution_id)
    if place is None:
        return
    lines = terminal.literal(repaired.cells[place - 1].source).splitlines()
    more = f", the first {_LINES} of {len(lines)} lines" if len(lines) > _LINES else ""
    _print(Text(f"    cell {place}{more}", style="dim"))
    code = _PYTHON.highlight("\n".join(lines[:_LINES])).split("\n", allow_blank=True)
    for number_of_line, line in enumerate(code[: len(lines)], 1):
        numbered = Text.assemble((f"    {number_of_line:>4} ", "dim"), line)
        numbered.rstrip()
        _print(numbered)


def _points(points: float, of: float) -> str:
    return f"{number(points)} / {number(of)}"


def _literal(text: str, indent: int = 4) -> str:
    return terminal.literal(text).replace("\n", "\n" + " " * indent)


def _print(text: Text) -> None:
    terminal.out.print(text, soft_wrap=True)
