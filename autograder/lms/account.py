"""The report of `autograder collect`: the outcome for each file."""

from __future__ import annotations

import msgspec

from autograder.language.staff import for_staff_noop

_OUTCOMES = (
    *(for_staff_noop("taken"), for_staff_noop("unchanged"), for_staff_noop("kept"), for_staff_noop("ignored")),
    for_staff_noop("refused"),
)


class Item(msgspec.Struct, frozen=True):
    """The outcome for one file.

    Outcomes: taken (copied to submitted/), unchanged (already in submitted/), kept (copied to submitted-attempts/),
    refused, and ignored (files of operating systems and Jupyter, files of the release, a timestamp.txt that was read).
    """

    file: str
    outcome: str
    student: str = ""
    note: str = ""
    submitted: str = ""


class Report(msgspec.Struct, frozen=True):
    """The outcome for each file, the number of files by outcome, and the roster's students without a submission.

    `unmatched` holds a line for each row of --times that matches no student, `not_in_roster` one for each student in
    submitted/ whose id is not in the roster.
    """

    problem_set: str
    items: list[Item]
    counts: dict[str, int]
    missing: list[str]
    unmatched: list[str] = []
    not_in_roster: list[str] = []

    @property
    def problems(self) -> list[str]:
        """Return a line for each file that was refused."""
        return [f"{item.file}: {item.note}" for item in self.items if item.outcome == "refused"]
