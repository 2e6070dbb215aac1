"""Runs the set-up cells of a problem set in the jail before it is built; failures there would affect everybody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.course import config, handouts
from autograder.errors import AutograderError
from autograder.jail.inside import wire
from autograder.jail.jail import Jail, JailError
from autograder.language import gettext, speaking
from autograder.language.staff import for_staff, staff_language
from autograder.model.limits import SessionLimits, sandbox_limits_of, session_limits_of
from autograder.model.submission import CodeCell, Submission
from autograder.session.causes import ended_by, missing_module
from autograder.session.connection import OutOfTime
from autograder.session.session import Session
from autograder.session.transport import JailTransport


class Trial:
    """Runs the set-up cells of one problem set after another; a context manager, which keeps the jail warm.

    `unavailable` is the reason why nothing was run, if the machine has no jail; otherwise it is empty.

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
        """Run the cells of a source notebook, without its examples, up to the last set-up cell.

        Args:
            problem_set: the problem set's name.
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
        with speaking(staff_language()):
            self._run(session)
            incidents = list(session.drain_incidents()[0])
            for cell in code:
                if cell.number in setup and (what := _fault(session, cell, setup[cell.number], incidents, limits)):
                    path = self._root / "solutions" / problem_set / f"{problem_set}.py"
                    if fix := self._fix(problem_set, session.outputs.get(cell.number, [])):
                        raise AutograderError("{path}: {what}; {fix}", path=path, what=what, fix=fix)
                    raise AutograderError("{path}: {what}", path=path, what=what)

    @staticmethod
    def _run(session: Session) -> None:
        try:
            session.run()
        except OutOfTime:
            pass
        finally:
            session.close()

    def _fix(self, problem_set: str, outputs: Sequence[wire.Output]) -> str:
        folder = handouts.folder_of(self._root, problem_set)
        error = next((item for item in outputs if isinstance(item, wire.Error)), None)
        if error and error.ename == "FileNotFoundError":
            return for_staff("put files that the notebook reads into {folder}/", folder=folder)
        if error and error.ename in ("ModuleNotFoundError", "ImportError") and missing_module(error.evalue):
            return for_staff("put a module of the course's own into {folder}/", folder=folder)
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


def _fault(session: Session, cell: CodeCell, name: str, incidents: Sequence[str], limits: SessionLimits) -> str:
    """Return a sentence on what is wrong with a set-up cell, in the current language; "" if nothing is."""
    who = for_staff("the set-up cell {name}", name=name)
    subject = gettext("cell {cell}", cell=cell.number)  # which begins the sentence of an incident
    subject = subject[:1].upper() + subject[1:]
    for line in incidents:
        if line.startswith(subject) and not line[len(subject) :][:1].isdigit():
            return f"{who} {line[len(subject) :].strip().rstrip('.。')}"
    if what := ended_by(cell, session.outputs.get(cell.number, []), who):
        return what
    if cell.number not in session.outputs:
        seconds = limits.submission_seconds
        return for_staff("{who} was not run within the {seconds:g} s of a submission", who=who, seconds=seconds)
    return ""
