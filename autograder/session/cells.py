"""Runs the cells of a submission, keeps what they show, and goes on where one ends the whole program."""

from __future__ import annotations

from autograder.jail.inside import wire
from autograder.jail.jail import token
from autograder.model.limits import SessionLimits
from autograder.model.submission import CodeCell, Submission

from .causes import ended_by
from .connection import GRACE, Connection, Lost

MAX_LOST_CELLS = 5
"""After so many cells that end the process, the rest of the notebook is not run."""


_LACKING = frozenset({"ModuleNotFoundError", "ImportError", "FileNotFoundError", "PermissionError", "OSError"})
"""Errors of a set-up cell that no missing answer causes, but a file or package that is not there."""

MAX_OUTPUT = 32 << 20
"""Bytes that all cells of a submission may show."""
_LEFT_OUT = "[all that a notebook may show is shown; what follows is left out]\n"


def time_limit(seconds: float, kind: str) -> str:
    """In words, a limit that ended a cell or call: of processor time, or of the clock where it only waited."""
    return f"{seconds * wire.PATIENCE:g} s of waiting" if kind == "WaitLimit" else f"{seconds:g} s of computing"


class Cells:
    """The cells of one submission, run in one process after another until one has run them all."""

    def __init__(self, connection: Connection, submission: Submission, limits: SessionLimits) -> None:
        self._connection, self._submission, self._limits = connection, submission, limits
        self.outputs: dict[int, list[wire.Output]] = {}
        """What each cell showed the first time that it ran, by its number."""
        self.incidents: list[str] = []
        """What happened while they ran, a sentence each."""
        self.used = False
        """Whether a check has asked the process at hand for anything."""
        self.bound: dict[str, wire.Handle] = {}
        """The function or class that an exercise is, by its name, where the process said so."""
        self._room = MAX_OUTPUT
        self._lost: dict[int, str] = {}
        """Cells that ended the process, and how."""

    def run(self) -> None:
        """Run all cells in a new process; one that ends the process is left out when they are run anew.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        while True:
            try:
                self._run_once()
                return
            except Lost:
                continue

    def note(self, incident: str) -> None:
        """Keep an incident, once."""
        if incident not in self.incidents:
            self.incidents.append(incident)

    def _run_once(self) -> None:
        self._connection.start()
        self.used, self.bound = False, {}
        graded: list[str] = []
        for cell in self._submission.cells:
            graded += [exercise.name for exercise in self._submission.exercises if exercise.graded_at == cell.number]
            if cell.number in self._lost:
                continue
            if len(self._lost) >= MAX_LOST_CELLS and cell.number > max(self._lost):
                if cell.number not in self.outputs:
                    self._failed(cell.number, "was not run: too many cells before it ended the whole program")
                continue
            self._run_cell(cell, graded)
            graded = []

    def _run_cell(self, cell: CodeCell, graded: list[str]) -> None:
        """Run one cell; before it the bindings of the exercises `graded` are kept."""
        seconds = self._limits.cell_seconds
        size = len(cell.source.encode())
        if size > wire.MAX_SOURCE:
            if cell.number not in self.outputs:
                limit = f"{wire.MAX_SOURCE / 1e6:.1f}"
                self._failed(cell.number, f"was not run: it is {size / 1e6:.1f} MB long, and {limit} MB is the limit")
            # What the exercises are graded on is kept all the same.
            cell = CodeCell(cell.number, "")
        request = wire.Run(token(), cell.source, cell.number, seconds, self._limits.output_bytes, graded)
        try:
            ran = self._connection.ask_for(wire.Ran, request, seconds * wire.PATIENCE + GRACE)
        except Lost as lost:
            self._lost[cell.number] = str(lost)
            self._failed(cell.number, str(lost))
            raise
        self.bound |= {name: handle for name, handle in ran.bound.items() if handle.number == 0}
        if cell.number not in self.outputs:
            self.outputs[cell.number] = self._that_fit(cell.number, ran.outputs)
            if cell.setup and any(isinstance(item, wire.Error) and item.ename in _LACKING for item in ran.outputs):
                self.note(f"Cell {cell.number}, a set-up cell of the course, {ended_by(cell, ran.outputs)}.")
            if ran.ended in ("TimeLimit", "WaitLimit"):
                self._connection.cacheable = False
                self.incidents.append(f"Cell {cell.number} was stopped after {time_limit(seconds, ran.ended)}.")

    def _that_fit(self, number: int, outputs: list[wire.Output]) -> list[wire.Output]:
        """The outputs while there is room; the process's own bound is not relied on."""
        self._room -= len(wire.encode(outputs))
        if self._room >= 0:
            return outputs
        self.note(f"The notebook shows more than {MAX_OUTPUT >> 20} MB; of cell {number} and others nothing is shown.")
        return [wire.Stream("stderr", _LEFT_OUT)]

    def _failed(self, number: int, what: str) -> None:
        self.incidents.append(f"Cell {number} {what}.")
        self.outputs[number] = [wire.Stream("stderr", f"This cell {what}.\n")]
