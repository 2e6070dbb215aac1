"""A report in the student's terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

from rich.text import Text

from autograder import terminal

from .messages import sentence
from .report import CellReport, ExerciseReport, Place, Report

_LOOK = {"passes": ("✓", "green"), "not begun": ("·", "dim"), "fails": ("✗", "red"), "forbidden": ("✗", "red")}
_WIDTH = 30
"""Of the progress bar, in letters."""
_OUTPUT = 12
"""So many lines are shown of what an exercise printed."""


def readable() -> None:
    """Let a terminal or a file that knows neither ✓ nor Chinese show a question mark, and not end the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


def show(report: Report) -> None:
    """All of it."""
    readable()
    for exercise in report.exercises:
        _print(_exercise(report, exercise))
    for line in _rest(report):
        _print(line)


def show_in_hand(report: Report, below: str) -> None:
    """On a cleared screen: how much is done, the first exercise that is not, and a line below it."""
    readable()
    terminal.out.clear()
    _print(_progress(report))
    pending = next((exercise for exercise in report.exercises if exercise.status != "passes"), None)
    if pending:
        _print(Text())
        _print(_exercise(report, pending, whole=True))
    else:
        for line in _rest(report):
            _print(line)
    _print(Text("\n" + terminal.literal(below), style="dim"))


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


def _rest(report: Report) -> Iterator[Text]:
    """What comes after the exercises: written questions, other cells, remarks, the summary."""
    say = partial(sentence, report.language)
    for question in report.written:
        mark, style = _LOOK["passes" if question.begun else "not begun"]
        state = say("written begun" if question.begun else "not begun")
        yield Text.assemble(
            (f"{mark} {terminal.literal(question.name)}", style),
            f" ({_points(report, question.points)}, {say('written')}): {state}",
        )
    if report.cells:
        yield Text("\n" + say("own cells"), style="bold")
        for cell in report.cells:
            yield _cell(report, cell)
    for remark in report.remarks:
        yield Text(remark, style="yellow")
    done = sum(exercise.status == "passes" for exercise in report.exercises)
    total = {"done": done, "all": len(report.exercises), "points": f"{report.points:g}"}
    yield Text("\n" + say("summary" if report.points else "summary without points", **total))
    if report.done:
        yield Text(say("all done"), style="green")
    yield Text(say("hidden"), style="dim")


def _exercise(report: Report, exercise: ExerciseReport, whole: bool = False) -> Text:
    """One exercise; the whole of it with what it printed."""
    mark, style = _LOOK[exercise.status]
    text = Text.assemble(
        (f"{mark} {terminal.literal(exercise.name)}", style),
        f" ({_points(report, exercise.points)})" if report.points else "",
        f": {sentence(report.language, exercise.status)}",
    )
    if exercise.reason:
        text.append(f"\n    {_indented(exercise.reason)}")
    _append_places(text, report, exercise.places)
    lines = exercise.output.splitlines()
    if lines and exercise.status == "fails":
        shown = lines if whole else lines[:_OUTPUT]
        more = [] if shown == lines else ["…"]
        text.append(f"\n    {sentence(report.language, 'printed')}:", style="dim")
        text.append("\n      " + "\n      ".join(terminal.literal(line) for line in [*shown, *more]), style="dim")
    return text


def _cell(report: Report, cell: CellReport) -> Text:
    text = Text.assemble(("✗ ", "red"), _indented(cell.reason))
    _append_places(text, report, cell.places)
    return text


def _append_places(text: Text, report: Report, places: list[Place]) -> None:
    for place in places:
        text.append(f"\n      {sentence(report.language, 'place', cell=place.cell, line=place.line)}: ", style="dim")
        text.append(terminal.literal(place.code))


def _points(report: Report, points: float) -> str:
    return sentence(report.language, "points", points=f"{points:g}")


def _indented(text: str) -> str:
    return terminal.literal(text).replace("\n", "\n    ")


def _print(text: Text) -> None:
    terminal.out.print(text, soft_wrap=True)
