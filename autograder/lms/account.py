"""What became of each file that was collected."""

from __future__ import annotations

import msgspec


class Item(msgspec.Struct, frozen=True):
    """What became of one file.

    Outcomes: taken (now in submitted/), unchanged (stood there already), kept (in submitted-attempts/), refused,
    ignored (what operating systems and Jupyter add; timestamp.txt, once read).
    """

    file: str
    outcome: str
    student: str = ""
    note: str = ""
    submitted: str = ""


class Report(msgspec.Struct, frozen=True):
    """All files, how many had which outcome, and the roster's students of whom nothing is there.

    `unmatched` holds a line for each row of --times that fits nobody, `strangers` one for each student of submitted/
    who is not in the roster.
    """

    problem_set: str
    items: list[Item]
    counts: dict[str, int]
    missing: list[str]
    unmatched: list[str] = []
    strangers: list[str] = []

    @property
    def problems(self) -> list[str]:
        """A line for each file that was refused."""
        return [f"{item.file}: {item.note}" for item in self.items if item.outcome == "refused"]
