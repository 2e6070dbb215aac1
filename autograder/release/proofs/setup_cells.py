"""Runs the set-up cells of a problem set in the jail before it is built: what fails there would fail for everybody."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.course import config, handouts
from autograder.errors import AutograderError
from autograder.jail.jail import Jail, JailError
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.model.submission import CodeCell, Submission
from autograder.session.causes import ended_by
from autograder.session.connection import OutOfTime
from autograder.session.session import Session
from autograder.session.transport import JailTransport


class Trial:
    """Tries the set-up cells of one problem set after another; a context manager, which keeps the jail warm.

    `unavailable` says why nothing was tried: the machine has no jail. It is empty where it has.

    Args:
        root: the course's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._course = config.load(root)
        self._jail: Jail | None = None
        self.unavailable = ""

    def __enter__(self) -> Trial:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def refuse_failing(self, problem_set: str, notebook: Any) -> None:
        """Run the cells of a source notebook, but for its examples.

        Args:
            problem_set: its name.
            notebook: nbgrader's source notebook, with the solutions.

        Raises:
            AutograderError: a set-up cell fails; the message names the cell and the cause.
        """
        cells = {
            number: cell
            for number, cell in enumerate(notebook["cells"], 1)
            if cell["cell_type"] == "code" and "examples" not in cell["metadata"].get("autograder", {})
        }
        setup = {number: cell["id"] for number, cell in cells.items() if not cell["metadata"].get("autograder")}
        if not setup or self.unavailable:
            return
        try:
            jail = self._jail_of(problem_set)
        except JailError as error:
            self.unavailable = str(error)
            return
        code = [CodeCell(number, cell["source"]) for number, cell in cells.items() if number <= max(setup)]
        limits = session_limits_of(self._course.limits_of(problem_set))
        session = Session(JailTransport(jail), Submission(problem_set, code, [], []), limits, watched=False)
        try:
            session.run()
        except OutOfTime:
            pass
        finally:
            session.close()
        incidents, _ = session.drain_incidents()
        place = self._root / "solutions" / problem_set
        for cell in code:
            if cell.number not in setup:
                continue
            said = [line for line in incidents if line.startswith(f"Cell {cell.number} ")]
            what = said[0].removeprefix(f"Cell {cell.number} ").rstrip(".") if said else ""
            what = what or ended_by(cell, session.outputs.get(cell.number, []))
            if not what and cell.number not in session.outputs:
                what = f"was not run within the {limits.submission_seconds:g} s of a submission"
            if what:
                fix = self._fix(problem_set, what)
                raise AutograderError(f"{place / problem_set}.py: the set-up cell {setup[cell.number]} {what}{fix}")

    def _fix(self, problem_set: str, what: str) -> str:
        folder = handouts.folder_of(self._root, problem_set)
        if "FileNotFoundError" in what:
            return f"; put files that the notebook reads into {folder}/"
        if what.startswith("imports "):
            return f"; put a module of the course's own into {folder}/"
        return ""

    def _jail_of(self, problem_set: str) -> Jail:
        limits = sandbox_limits_of(self._course.limits_of(problem_set), packages=self._course.packages)
        given = handouts.of(self._root, problem_set)
        if self._jail is None or self._jail.limits != limits or tuple(self._jail.handouts) != given:
            self._close()
            self._jail = Jail(limits, handouts=given)
            self._jail.start()
        return self._jail

    def _close(self) -> None:
        if self._jail is not None:
            self._jail.close()
            self._jail = None
