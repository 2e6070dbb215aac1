"""What problem set 9 shows at its end: a race of optimizers on the digits, made of the student's functions."""

import IPython.display
import pytest

from autograder.diagnosis.solutions import run


@pytest.fixture(scope="module")
def notebook(root):
    return run(root / "solutions" / "ps9" / "ps9.py", {"__name__": "solution"})


def test_the_race_is_drawn_and_ends_as_the_text_says(notebook, monkeypatch, capsys):
    shown, found = [], {}
    monkeypatch.setattr(IPython.display, "display", shown.append)
    monkeypatch.setitem(notebook, "draw", lambda runs, draw=notebook["draw"]: (found.update(runs), draw(runs)))
    notebook["show_race"]()
    assert "five runs in" in capsys.readouterr().out
    [picture] = shown
    assert "<svg" in picture.data and len(picture.data) < 200_000
    assert len(found) == 5 and all(accuracy > 0.9 for _, accuracy in found.values())
    ends = {name: sum(losses[-20:]) / 20 for name, (losses, _) in found.items()}
    assert max(ends, key=ends.get) == "SGD"
    assert min(ends, key=ends.get).startswith("AdamW")
    tiny = found["the same from tiny weights"][0]
    assert sum(tiny[50:60]) / 10 > 2.2 > 10 * sum(found["SGD with momentum"][0][50:60]) / 10


def test_what_is_missing_is_said_and_nothing_else_happens(notebook, monkeypatch, capsys):
    def unwritten(*args, **kwargs):
        raise NotImplementedError

    monkeypatch.setitem(notebook, "adam_step", unwritten)
    monkeypatch.setitem(notebook, "he_normal", lambda shape: 1 / 0)
    notebook["show_race"]()
    said = capsys.readouterr().out
    assert "adam_step is not written yet" in said and "he_normal raises ZeroDivisionError" in said
    assert "adamw_step is not written yet" in said and "xavier" not in said
