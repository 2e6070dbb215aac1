"""nbgrader's exchange, as configured in the course's nbgrader_config.py: releases, submissions and feedback."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.collectapp import CollectApp
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import Exchange as Folder
from sqlalchemy.exc import SQLAlchemyError

from autograder.course import config as course_config
from autograder.course import nbgrader
from autograder.errors import AutograderError
from autograder.release.build import last_words

from . import ownership
from .collect import Collect
from .release_assignment import ReleaseAssignment
from .release_feedback import ReleaseFeedback


class Exchange:
    """The exchange of a course.

    Args:
        root: the course's folder.
        otherwise: the alternative named at the end of the error message if the exchange's folder does not exist.

    Raises:
        AutograderError: its folder does not exist, or is not writable.
    """

    def __init__(self, root: Path, otherwise: str = "") -> None:
        course = course_config.load(root)
        app = CollectApp()
        with contextlib.chdir(root):  # nbgrader reads the configuration of the folder that it is started in
            app.initialize([])
        settings: Any = app.config
        nbgrader.configure(settings, root, course)
        if "collect" not in settings.ExchangeFactory:
            settings.ExchangeFactory.collect = Collect
        if "release_assignment" not in settings.ExchangeFactory:
            settings.ExchangeFactory.release_assignment = ReleaseAssignment
        if "release_feedback" not in settings.ExchangeFactory:
            settings.ExchangeFactory.release_feedback = ReleaseFeedback
        self._api = NbGraderAPI(config=settings)
        self.folder: Path | None = None
        """The exchange's folder; None if nbgrader_config.py plugs in an exchange that is not a folder."""
        if issubclass(self._api.exchange.collect, Folder):
            self.folder = Path(Folder(config=settings).root)
            self._course, self._course_folder = course.name, self.folder / course.name
            self.refuse_if_missing(otherwise)

    def refuse_if_missing(self, otherwise: str = "") -> None:
        """Raise an AutograderError if the exchange's folder does not exist, or is not writable."""
        if self.folder is not None:
            nbgrader.refuse_unusable_exchange(self.folder, otherwise)

    def fault(self) -> ownership.Fault | None:
        """Return how others could replace the course's folder in the exchange, with the fix; None if they cannot."""
        if self.folder is None:
            return None
        return ownership.fault(self.folder, self._course, shared=self._api.coursedir.groupshared)

    def refuse_if_unsafe(self) -> None:
        """Raise an AutograderError if the course's folder is not the user's own, or others can replace it."""
        self.refuse_if_missing()
        if why := self.fault():
            raise AutograderError("{why}", why=why)

    def place(self, problem_set: str) -> Path | None:
        """Return the folder from which students fetch a problem set; None if the exchange is not a folder."""
        return self._course_folder / "outbound" / problem_set if self.folder else None

    def refuse_if_released(self, problem_set: str) -> None:
        """Raise an AutograderError if a problem set is already released."""
        place = self.place(problem_set)
        if place and place.exists():
            raise AutograderError(
                "{place}: is released already; --force replaces it (students who fetched it keep the older one)",
                place=place,
            )

    def release(self, problem_set: str, *, force: bool = False) -> Path | None:
        """Copy the release in assignments/ to the exchange, with nbgrader's own release_assignment.

        Args:
            problem_set: the problem set's name.
            force: replace an earlier release; students who fetched that one keep it.

        Returns:
            The folder in the exchange; None if the exchange is not a folder.

        Raises:
            AutograderError: nbgrader does not release it; the message says why.
        """
        if self.folder:
            ownership.protect(self.folder)
        self.refuse_if_unsafe()
        if not force:
            self.refuse_if_released(problem_set)
        self._api.coursedir.assignment_id = problem_set
        releasing = self._api.exchange.ReleaseAssignment(
            coursedir=self._api.coursedir, authenticator=self._api.authenticator, parent=self._api
        )
        releasing.force = force
        with last_words() as words:
            try:
                releasing.start()
            except (ExchangeError, OSError, RuntimeError) as error:
                why = " ".join((words[0] if words else str(error)).split())[-300:]
                raise AutograderError(
                    "{problem_set}: nbgrader does not release it: {why}", problem_set=problem_set, why=why
                ) from None
        return self.place(problem_set)

    def collect(self, problem_set: str) -> dict[str, str]:
        """Do what `nbgrader collect PS --update` does; return a line for each invalid folder, by its path.

        Raises:
            AutograderError: nbgrader does not collect it; the message says why.
        """
        self.refuse_if_unsafe()
        if self.folder and not (self._course_folder / "inbound").is_dir():  # nothing was released yet
            return {}
        self._api.coursedir.assignment_id = problem_set
        collecting = self._api.exchange.Collect(
            coursedir=self._api.coursedir, authenticator=self._api.authenticator, parent=self._api
        )
        collecting.update = True
        with last_words() as words:
            try:
                collecting.start()
            except (ExchangeError, OSError, RuntimeError, SQLAlchemyError) as error:
                raise AutograderError(
                    "{problem_set}: nbgrader does not collect it: {why}",
                    problem_set=problem_set,
                    why=_why(words, error),
                ) from None
        return dict(getattr(collecting, "refused", {}))

    def release_feedback(self, problem_set: str, student: str) -> str:
        """Do what `nbgrader release_feedback PS --student STUDENT` does; return why it failed, or ""."""
        with last_words() as words:
            done = self._api.release_feedback(problem_set, student)
        return "" if done["success"] else _why(words, done["error"].strip().splitlines()[-1])


def _why(words: list[str], error: object) -> str:
    return " ".join((words[-1] if words else str(error)).split())[-300:]
