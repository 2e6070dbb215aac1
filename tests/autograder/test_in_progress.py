"""What takes long is named beside the progress bar, with its time since a worker has had it."""

from io import StringIO

from rich.console import Console

from autograder import terminal
from autograder.in_progress import SLOW, InProgress


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_the_slowest_is_named_and_what_waits_for_a_worker_is_not():
    clock = Clock()
    some = InProgress(at_once=2, now=clock)
    assert some.slowest() is None
    for what in ("ada ps1", "ben ps1", "cy ps1"):
        some.begins(what)
        clock.now += 1
    assert some.slowest() is None
    clock.now = 100 + SLOW
    assert some.slowest() == ("ada ps1", 5)
    some.ends("ada ps1")  # now a worker has cy's
    clock.now += 2
    assert some.slowest() == ("ben ps1", 6)
    some.ends("ben ps1")
    assert some.slowest() is None
    clock.now += 4
    assert some.slowest() == ("cy ps1", 6)
    some.ends("cy ps1")
    some.ends("nobody ps1")
    assert some.slowest() is None


def test_it_is_shown_beside_the_bar(monkeypatch):
    told = StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=told, force_terminal=True, width=160))
    with terminal.bar("Grading") as bar:
        bar.started(3)
        bar.in_progress.begins("ada ps1")
        bar.progress.refresh()
        assert "ada" not in told.getvalue()
        bar.in_progress._since["ada ps1"] -= 12
        bar.progress.refresh()
    assert "ada ps1: 12 s" in told.getvalue()
