"""nbgrader's exchange, as the course's nbgrader_config.py names it: releases, submissions and feedback."""

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
        otherwise: what else may be done where the exchange's folder is not there, as the end of the error's line.

    Raises:
        AutograderError: its folder is not there, or cannot be written.
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
        """None where the exchange is no folder, but another that nbgrader_config.py plugs in."""
        if issubclass(self._api.exchange.collect, Folder):
            self.folder = Path(Folder(config=settings).root)
            self._course, self._course_folder = course.name, self.folder / course.name
            self.refuse_if_missing(otherwise)

    def refuse_if_missing(self, otherwise: str = "") -> None:
        """Raise an AutograderError where the exchange's folder is not there, or cannot be written."""
        if self.folder is not None:
            nbgrader.refuse_unusable_exchange(self.folder, otherwise)

    def fault(self) -> str:
        """What lets others stand in for the course in the exchange, with the fix; an empty text where nothing does."""
        if self.folder is None:
            return ""
        return ownership.fault(self.folder, self._course, shared=self._api.coursedir.groupshared)

    def refuse_if_unsafe(self) -> None:
        """Raise an AutograderError where the course's folder is not the user's own, or others can replace it."""
        self.refuse_if_missing()
        if why := self.fault():
            raise AutograderError(why)

    def place(self, problem_set: str) -> Path | None:
        """The folder from which students fetch a problem set; None where the exchange is no folder."""
        return self._course_folder / "outbound" / problem_set if self.folder else None

    def refuse_if_released(self, problem_set: str) -> None:
        """Raise an AutograderError where a problem set is released already."""
        place = self.place(problem_set)
        if place and place.exists():
            raise AutograderError(
                f"{place}: is released already; --force replaces it (students who fetched it keep the older one)"
            )

    def release(self, problem_set: str, *, force: bool = False) -> Path | None:
        """Put the release in assignments/ where students fetch it, by nbgrader's own release_assignment.

        Args:
            problem_set: its name.
            force: replace one that is there; who fetched it before keeps the older one.

        Returns:
            The folder in the exchange; None where the exchange is no folder.

        Raises:
            AutograderError: nbgrader does not release it; the line says why.
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
                raise AutograderError(f"{problem_set}: nbgrader does not release it: {why}") from None
        return self.place(problem_set)

    def collect(self, problem_set: str) -> dict[str, str]:
        """Do what `nbgrader collect PS --update` does; gives a line for each folder that is not fit, by its path.

        Raises:
            AutograderError: nbgrader does not; the line says why.
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
                raise AutograderError(f"{problem_set}: nbgrader does not collect it: {_why(words, error)}") from None
        return dict(getattr(collecting, "refused", {}))

    def release_feedback(self, problem_set: str, student: str) -> str:
        """Do what `nbgrader release_feedback PS --student STUDENT` does; gives why not, or an empty text."""
        with last_words() as words:
            done = self._api.release_feedback(problem_set, student)
        return "" if done["success"] else _why(words, done["error"].strip().splitlines()[-1])


def _why(words: list[str], error: object) -> str:
    return " ".join((words[-1] if words else str(error)).split())[-300:]
