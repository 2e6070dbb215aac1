"""nbgrader's exchange, as the course's nbgrader_config.py names it: what arrives there, and feedback that goes back."""

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

from .collect import Collect


class Exchange:
    """The exchange of a course.

    Args:
        root: the course's folder.

    Raises:
        AutograderError: its folder is not there, or cannot be written.
    """

    def __init__(self, root: Path) -> None:
        course = course_config.load(root)
        app = CollectApp()
        with contextlib.chdir(root):  # nbgrader reads the configuration of the folder that it is started in
            app.initialize([])
        settings: Any = app.config
        nbgrader.configure(settings, root, course)
        if "collect" not in settings.ExchangeFactory:
            settings.ExchangeFactory.collect = Collect
        self._api = NbGraderAPI(config=settings)
        self.folder: Path | None = None
        """None where the exchange is no folder, but another that nbgrader_config.py plugs in."""
        if issubclass(self._api.exchange.collect, Folder):
            self.folder = Path(Folder(config=settings).root)
            self._inbound = self.folder / course.name / "inbound"
            self.refuse_if_missing()

    def refuse_if_missing(self) -> None:
        """Raise an AutograderError where the exchange's folder is not there, or cannot be written."""
        if self.folder is not None:
            nbgrader.refuse_unusable_exchange(self.folder)

    def collect(self, problem_set: str) -> dict[str, str]:
        """Do what `nbgrader collect PS --update` does; gives a line for each folder that is not fit, by its path.

        Raises:
            AutograderError: nbgrader does not; the line says why.
        """
        self.refuse_if_missing()
        if self.folder and not self._inbound.is_dir():  # nothing was released yet
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
