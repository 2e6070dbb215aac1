"""What stays in view while a notebook is watched."""

import pytest
from rich.console import Console

from autograder import terminal
from autograder.student import screen
from autograder.student.report import CellReport, ExerciseReport, Place, Report

PLACE = Place(5, 3, "assert scale(2) == 4")


def shown(monkeypatch, width=80, height=24, cells=(), **values):
    """The lines of the screen: what a terminal of that size shows, from the top."""
    exercise = ExerciseReport("scale", 7, "fails", **{"reason": "should be 4, not 5", "places": [PLACE], **values})
    report = Report("ps1.ipynb", "ps1", "en", 7, [exercise], [], list(cells), [], False)
    console = Console(width=width, height=height, record=True, color_system=None, file=None, quiet=False)
    monkeypatch.setattr(terminal, "out", console)
    with console.capture() as printed:
        screen.show_in_hand(report, "Save ps1.ipynb to check again; Ctrl-C ends.")
    return printed.get().splitlines()


OUTPUTS = ["", "one line", "line\n" * 1000, "x" * 4000, "\x1b[2J\x1b[99A\r" * 300, "你好" * 900, "\n" * 500, "\t" * 900]


@pytest.mark.parametrize("output", OUTPUTS, ids=range(len(OUTPUTS)))
@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 12), (200, 60)])
def test_exercise_status_reason_and_place_stay_in_view_whatever_is_printed(monkeypatch, output, width, height):
    lines = shown(monkeypatch, width, height, output=output)
    assert len(lines) < height and not any("\x1b" in line for line in lines)
    text = "\n".join(lines)
    assert "scale (7 points): not right yet" in text and "should be 4, not 5" in text
    assert "cell 5, line 3: assert" in text and "Save ps1.ipynb" in text


def test_a_long_reason_leaves_the_status_and_the_place_in_view(monkeypatch):
    lines = shown(monkeypatch, reason="because\n" * 300, output="line\n" * 300)
    text = "\n".join(lines)
    assert len(lines) < 24 and "scale (7 points): not right yet" in text and "assert scale(2) == 4" in text
    assert "…" in text and "Save ps1.ipynb" in text


def test_what_an_exercise_waits_for_is_shown_with_it(monkeypatch):
    cells = [CellReport(2, "cell 2 does not run: SyntaxError: invalid syntax", [])]
    lines = shown(monkeypatch, reason="cannot be checked yet", places=[], waits=True, cells=cells)
    assert any("cell 2 does not run" in line for line in lines)
