"""Prints a report in the student's terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from rich.text import Text

from autograder import terminal

from .messages import sentence
from .released_notebook import Sheet
from .report import ExerciseReport, Place, Report

_LOOK = {"passes": ("✓", "green"), "not begun": ("·", "dim"), "fails": ("✗", "red"), "forbidden": ("✗", "red")}
_WIDTH = 30
"""The width of the progress bar, in characters."""
_OUTPUT = 12
"""The maximum number of lines of an exercise's output that are shown."""
_SPARE = 2
"""The number of screen lines that are kept free: for the cursor, and for the line that announces the next check."""


def readable() -> None:
    """Print characters that the encoding of the output lacks (such as ✓) as question marks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


@contextmanager
def progress(sheet: Sheet) -> Iterator[Callable[[int], None]]:
    """Show a progress bar while the cells run; yields a function to call with the number of each that begins."""
    names = {number: item.name for item in sheet.exercises for number in (item.solution, item.examples) if number}
    before = {cell.number: place for place, cell in enumerate(sheet.cells)}
    with terminal.bar_text(sentence(sheet.language, "running")) as bar:
        bar.started(len(sheet.cells))
        at = ""

        def begins(number: int) -> None:
            nonlocal at
            bar.in_progress.ends(at)
            bar.reached(before[number])  # all cells run again when one of them has ended the program
            place = sentence(sheet.language, "cell", cell=number)
            at = f"{place} ({names[number]})" if number in names else place
            bar.in_progress.begins(at)

        yield begins


def show(report: Report) -> None:
    """Print the whole report, beginning with what prevents exercises from being checked, if anything does."""
    readable()
    waiting = any(exercise.waits for exercise in report.exercises)
    causes = [*_cells(report), *_remarks(report)] if waiting else []
    for line in [*causes, Text()] if causes else []:
        _print(line)
    told: set[str] = set()
    for exercise in report.exercises:
        if not exercise.waits:
            _print(_exercise(report, exercise))
        elif exercise.reason not in told:
            told.add(exercise.reason)
            _print(_waiting(report, exercise.reason))
    for line in _rest(report, waiting):
        _print(line)


def show_in_hand(report: Report, below: str) -> None:
    """Clear the screen, and print the progress, the first exercise that does not pass, and the line `below`.

    The exercise's output gets the remaining lines, so that its name, status and reason stay in view.
    """
    readable()
    terminal.out.clear()
    foot = [Text(), Text(terminal.literal(below), style="dim")]
    pending = next((exercise for exercise in report.exercises if exercise.status != "passes"), None)
    if pending is None:
        for line in [_progress(report), *_rest(report), *foot]:
            _print(line)
        return
    causes = [*_cells(report), *_remarks(report)] if pending.waits else []
    head = _lines([_progress(report), Text(), _heading(report, pending), *_reason(report, pending), *causes])
    room = terminal.out.height - len(_lines(foot)) - _SPARE
    if len(head) > room:  # a long reason is cut in the middle, to keep the status above and the places below it
        half = max(1, room // 2)
        head = [*head[:half], Text("    …", style="dim"), *head[len(head) - max(0, room - half - 1) :]]
    output = _lines(_output(report, pending))
    if len(output) > room - len(head):
        left = room - len(head) - 1
        output = [*output[:left], Text("      …", style="dim")] if left >= 2 else []
    for line in [*head, *output, *foot]:
        _print(line)


def _lines(texts: Iterable[Text]) -> list[Text]:
    """Return the lines that texts occupy on the screen."""
    return [line for text in texts for line in (text.wrap(terminal.out, terminal.out.width) if text.plain else [text])]


def _progress(report: Report) -> Text:
    done = sum(exercise.status == "passes" for exercise in report.exercises)
    filled = _WIDTH * done // len(report.exercises)
    return Text.assemble(
        (terminal.literal(report.problem_set), "bold"),
        " ",
        ("█" * filled, "green"),
        ("░" * (_WIDTH - filled), "dim"),
        f" {done}/{len(report.exercises)}",
    )


def _rest(report: Report, waiting: bool = False) -> Iterator[Text]:
    """Yield the texts after the exercises: written questions, cells and remarks if not printed before, the summary."""
    say = partial(sentence, report.language)
    for question in report.written:
        mark, style = _LOOK["passes" if question.begun else "not begun"]
        state = say("written begun" if question.begun else "not begun")
        yield Text.assemble(
            (f"{mark} {terminal.literal(question.name)}", style),
            say("question", points=_points(report, question.points), what=say("written"), status=state),
        )
    if not waiting:
        if report.cells:
            yield Text("\n" + say("own cells"), style="bold")
        yield from _cells(report)
        yield from _remarks(report)
    done = sum(exercise.status == "passes" for exercise in report.exercises)
    total = {"done": done, "all": len(report.exercises), "points": f"{report.points:g}", "bonus": f"{report.bonus:g}"}
    summary = "summary with bonus" if report.bonus else "summary" if report.points else "summary without points"
    yield Text("\n" + say(summary, **total))
    if report.done:
        yield Text(say("all done"), style="green")
    yield Text(say("hidden"), style="dim")


def _cells(report: Report) -> Iterator[Text]:
    for cell in report.cells:
        text = Text.assemble(("✗ ", "red"), _indented(cell.reason))
        _append_places(text, report, cell.places)
        yield text


def _remarks(report: Report) -> Iterator[Text]:
    for remark in report.remarks:
        yield Text(terminal.literal(remark), style="yellow")


def _waiting(report: Report, reason: str) -> Text:
    """Return one line with all exercises that wait for the same reason."""
    names = ", ".join(item.name for item in report.exercises if item.waits and item.reason == reason)
    waits = sentence(report.language, "heading without points", status=_indented(reason))
    return Text.assemble((f"✗ {terminal.literal(names)}", "red"), waits)


def _exercise(report: Report, exercise: ExerciseReport) -> Text:
    """Return the text on one exercise, with the first lines of its output."""
    output = list(_output(report, exercise))
    if len(output) > _OUTPUT + 1:
        output = [*output[: _OUTPUT + 1], Text("      …", style="dim")]
    return Text("\n").join([_heading(report, exercise), *_reason(report, exercise), *output])


def _heading(report: Report, exercise: ExerciseReport) -> Text:
    mark, style = _LOOK[exercise.status]
    say = partial(sentence, report.language)
    status = say(exercise.status)
    return Text.assemble(
        (f"{mark} {terminal.literal(exercise.name)}", style),
        say("heading", points=_points(report, exercise.points, exercise.bonus), status=status)
        if report.points or report.bonus
        else say("heading without points", status=status),
    )


def _reason(report: Report, exercise: ExerciseReport) -> Iterator[Text]:
    """Yield the reason for an exercise's status, and the lines of code that led to it."""
    if exercise.reason:
        yield Text(f"    {_indented(exercise.reason)}")
    for place in exercise.places:
        yield _place(report, place)


def _output(report: Report, exercise: ExerciseReport) -> Iterator[Text]:
    """Yield the exercise's output if it fails."""
    lines = exercise.output.splitlines()
    if lines and exercise.status == "fails":
        yield Text(f"    {sentence(report.language, 'printed')}", style="dim")
        for line in lines:
            yield Text(f"      {terminal.literal(line)}", style="dim")


def _append_places(text: Text, report: Report, places: list[Place]) -> None:
    for place in places:
        text.append("\n").append_text(_place(report, place))


def _place(report: Report, place: Place) -> Text:
    where = sentence(report.language, "place", cell=place.cell, line=place.line)
    where = sentence(report.language, "line", place=where)
    return Text.assemble((f"      {where}", "dim"), terminal.literal(place.code))


def _points(report: Report, points: float, bonus: float = 0) -> str:
    if bonus and not points:
        return sentence(report.language, "bonus alone", bonus=f"{bonus:g}")
    said = sentence(report.language, "points", points=f"{points:g}")
    return sentence(report.language, "with bonus", points=said, bonus=f"{bonus:g}") if bonus else said


def _indented(text: str) -> str:
    return terminal.literal(text).replace("\n", "\n    ")


def _print(text: Text) -> None:
    terminal.out.print(text, soft_wrap=True)
