"""Runs the cells of a submission, keeps their outputs, and continues after a cell that ends the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from msgspec.structs import replace

from autograder.jail.inside import wire
from autograder.jail.jail import token
from autograder.language import as_sentence, from_jail, gettext, gettext_noop
from autograder.model.limits import SessionLimits
from autograder.model.submission import CodeCell, Exercise, Submission
from autograder.model.verdict import Trouble

from .causes import ended_by
from .connection import GRACE, Connection, Lost

MAX_LOST_CELLS = 5
"""Number of cells that end the process after which the rest of the notebook is not run."""


_NOT_FOUND = frozenset({"ModuleNotFoundError", "ImportError", "FileNotFoundError", "PermissionError", "OSError"})
"""Errors of a set-up cell whose cause is a missing file or package, never a missing answer."""

MAX_OUTPUT = 32 << 20
"""Limit for the outputs of all cells of a submission, in bytes."""
_LEFT_OUT = gettext_noop("[all that a notebook may show is shown; what follows is left out]")


def time_limit(seconds: float, kind: str) -> str:
    """Return the limit that ended a cell or call as text: in processor time, or in wall-clock time if it waited."""
    if kind == "WaitLimit":
        return gettext("{seconds} s of waiting", seconds=f"{seconds * wire.PATIENCE:g}")
    return gettext("{seconds} s of computing", seconds=f"{seconds:g}")


Incidents: TypeAlias = dict[str, Trouble]
"""Incidents, one sentence each, with their kinds; those without one have an empty kind."""


class Cells:
    """Runs the cells of one submission, in a new process after each cell that ends the program."""

    def __init__(self, connection: Connection, submission: Submission, limits: SessionLimits) -> None:
        self._connection, self._submission, self._limits = connection, submission, limits
        self.outputs: dict[int, list[wire.Output]] = {}
        """The outputs of each cell's first run, by its number."""
        self.incidents: Incidents = {}
        """Incidents while the cells ran."""
        self.used = False
        """Whether a check has sent a request to the current process."""
        self.bound: dict[str, wire.Handle] = {}
        """The function or class of each exercise, by name, if the process has reported it."""
        self._room = MAX_OUTPUT
        self._lost: set[int] = set()
        """Numbers of the cells that ended the process."""

    def run(self) -> None:
        """Run all cells in a new process; a cell that ends the process is skipped when they are run again.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        while True:
            try:
                self._run_once()
                return
            except Lost:
                continue

    def note(self, incident: str, trouble: Trouble = "") -> None:
        """Record an incident once."""
        self.incidents.setdefault(incident, trouble)

    def _run_once(self) -> None:
        self._connection.start()
        self.used, self.bound = False, {}
        graded: list[Exercise] = []
        for cell in self._submission.cells:
            graded += [exercise for exercise in self._submission.exercises if exercise.graded_at == cell.number]
            if cell.number in self._lost:
                continue
            if len(self._lost) >= MAX_LOST_CELLS and cell.number > max(self._lost):
                if cell.number not in self.outputs:
                    too_many = gettext_noop("{who} was not run: too many cells before it ended the whole program")
                    self._failed(cell.number, Lost(too_many, "ended"))
                continue
            self._run_cell(cell, graded)
            graded = []

    def _run_cell(self, cell: CodeCell, graded: Sequence[Exercise]) -> None:
        """Run one cell, after the process has stored the values of the exercises `graded`."""
        seconds = self._limits.cell_seconds
        size = len(cell.source.encode())
        if size > wire.MAX_SOURCE:
            if cell.number not in self.outputs:
                sizes: dict[str, Any] = {"size": f"{size / 1e6:.1f}", "limit": f"{wire.MAX_SOURCE / 1e6:.1f}"}
                too_long = gettext_noop("{who} was not run: it is {size} MB long, and {limit} MB is the limit")
                self._failed(cell.number, Lost(too_long, **sizes))
            # An empty cell is run instead, so that the exercises' values are still stored before it.
            cell = CodeCell(cell.number, "")
        by_name = [exercise.name for exercise in graded if not exercise.at_cell]
        at_cell = [exercise.name for exercise in graded if exercise.at_cell]
        request = wire.Run(token(), cell.source, cell.number, seconds, self._limits.output_bytes, by_name, at_cell)
        try:
            ran = self._connection.ask_for(wire.Ran, request, seconds * wire.PATIENCE + GRACE)
        except Lost as lost:
            self._lost.add(cell.number)
            self._failed(cell.number, lost)
            raise
        self.bound |= {name: handle for name, handle in ran.bound.items() if handle.number == 0}
        if cell.number not in self.outputs:
            self.outputs[cell.number] = self._within_limit(cell.number, ran.outputs)
            if cell.setup and any(isinstance(item, wire.Error) and item.ename in _NOT_FOUND for item in ran.outputs):
                who = gettext("cell {cell}, a set-up cell of the course,", cell=cell.number)
                self.note(as_sentence(ended_by(cell, ran.outputs, who)))
            if ran.ended in ("TimeLimit", "WaitLimit"):
                self._connection.cacheable = False
                limit = time_limit(seconds, ran.ended)
                self.note(gettext("Cell {cell} was stopped after {limit}.", cell=cell.number, limit=limit), "time")

    def _within_limit(self, number: int, outputs: list[wire.Output]) -> list[wire.Output]:
        """Return the outputs if they are within the notebook's limit; the process's own limit is not trusted."""
        self._room -= len(wire.encode(outputs))
        if self._room >= 0:
            return [_in_language(item) for item in outputs]
        self.note(
            gettext(
                "The notebook shows more than {most} MB; of cell {cell} and others nothing is shown.",
                most=MAX_OUTPUT >> 20,
                cell=number,
            )
        )
        return [wire.Stream("stderr", f"{gettext(_LEFT_OUT)}\n")]

    def _failed(self, number: int, why: Lost) -> None:
        self.note(as_sentence(why.sentence(gettext("cell {cell}", cell=number))), why.trouble)
        self.outputs[number] = [wire.Stream("stderr", as_sentence(why.sentence(gettext("this cell"))) + "\n")]


def _in_language(output: wire.Output) -> wire.Output:
    if isinstance(output, wire.Stream) and output.name == "stderr":
        return replace(output, text=from_jail.shown(output.text))
    return output
