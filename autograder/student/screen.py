"""A report in the student's terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import partial

from rich.text import Text

from autograder import terminal

from .messages import sentence
from .report import ExerciseReport, Place, Report

_LOOK = {"passes": ("✓", "green"), "not begun": ("·", "dim"), "fails": ("✗", "red"), "forbidden": ("✗", "red")}
_WIDTH = 30
"""Of the progress bar, in letters."""
_OUTPUT = 12
"""So many lines are shown of what an exercise printed."""
_SPARE = 2
"""Lines of the screen that stay free: for the cursor, and for the line that says that it is checked again."""


def readable() -> None:
    """Let a terminal or a file that knows neither ✓ nor Chinese show a question mark, and not end the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


def show(report: Report) -> None:
    """All of it; first what keeps exercises from being checked, where something does."""
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
    """On a cleared screen: how much is done, the first exercise that is not, and a line below it.

    What the exercise printed gets the lines that are left, so that its name, status and reason stay in view.
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
    if len(head) > room:  # a long reason loses its middle: status above, and places below, are shorter
        half = max(1, room // 2)
        head = [*head[:half], Text("    …", style="dim"), *head[len(head) - max(0, room - half - 1) :]]
    output = _lines(_output(report, pending))
    if len(output) > room - len(head):
        left = room - len(head) - 1
        output = [*output[:left], Text("      …", style="dim")] if left >= 2 else []
    for line in [*head, *output, *foot]:
        _print(line)


def _lines(texts: Iterable[Text]) -> list[Text]:
    """The lines that texts take on the screen, one by one."""
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
    """What comes after the exercises: written questions, other cells and remarks unless told before, the summary."""
    say = partial(sentence, report.language)
    for question in report.written:
        mark, style = _LOOK["passes" if question.begun else "not begun"]
        state = say("written begun" if question.begun else "not begun")
        yield Text.assemble(
            (f"{mark} {terminal.literal(question.name)}", style),
            f" ({_points(report, question.points)}, {say('written')}): {state}",
        )
    if not waiting:
        if report.cells:
            yield Text("\n" + say("own cells"), style="bold")
        yield from _cells(report)
        yield from _remarks(report)
    done = sum(exercise.status == "passes" for exercise in report.exercises)
    total = {"done": done, "all": len(report.exercises), "points": f"{report.points:g}"}
    yield Text("\n" + say("summary" if report.points else "summary without points", **total))
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
    """The exercises that wait for the same, in one line."""
    names = ", ".join(item.name for item in report.exercises if item.waits and item.reason == reason)
    return Text.assemble((f"✗ {terminal.literal(names)}", "red"), f": {_indented(reason)}")


def _exercise(report: Report, exercise: ExerciseReport) -> Text:
    """One exercise, with the first lines of what it printed."""
    output = list(_output(report, exercise))
    if len(output) > _OUTPUT + 1:
        output = [*output[: _OUTPUT + 1], Text("      …", style="dim")]
    return Text("\n").join([_heading(report, exercise), *_reason(report, exercise), *output])


def _heading(report: Report, exercise: ExerciseReport) -> Text:
    mark, style = _LOOK[exercise.status]
    return Text.assemble(
        (f"{mark} {terminal.literal(exercise.name)}", style),
        f" ({_points(report, exercise.points)})" if report.points else "",
        f": {sentence(report.language, exercise.status)}",
    )


def _reason(report: Report, exercise: ExerciseReport) -> Iterator[Text]:
    """Why it is not further, and the lines of code that led there."""
    if exercise.reason:
        yield Text(f"    {_indented(exercise.reason)}")
    for place in exercise.places:
        yield _place(report, place)


def _output(report: Report, exercise: ExerciseReport) -> Iterator[Text]:
    """What it printed, where it fails."""
    lines = exercise.output.splitlines()
    if lines and exercise.status == "fails":
        yield Text(f"    {sentence(report.language, 'printed')}:", style="dim")
        for line in lines:
            yield Text(f"      {terminal.literal(line)}", style="dim")


def _append_places(text: Text, report: Report, places: list[Place]) -> None:
    for place in places:
        text.append("\n").append_text(_place(report, place))


def _place(report: Report, place: Place) -> Text:
    where = sentence(report.language, "place", cell=place.cell, line=place.line)
    return Text.assemble((f"      {where}: ", "dim"), terminal.literal(place.code))


def _points(report: Report, points: float) -> str:
    return sentence(report.language, "points", points=f"{points:g}")


def _indented(text: str) -> str:
    return terminal.literal(text).replace("\n", "\n    ")


def _print(text: Text) -> None:
    terminal.out.print(text, soft_wrap=True)
