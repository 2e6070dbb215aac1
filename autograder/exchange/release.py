"""Hands a release to students by nbgrader's own release_assignment, into its exchange."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from nbgrader.apps.releaseassignmentapp import ReleaseAssignmentApp
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory

from autograder.course import config as course_config
from autograder.course import nbgrader
from autograder.errors import AutograderError
from autograder.release.build import last_words


class Exchange:
    """nbgrader's exchange, as the course's nbgrader_config.py and the machine's own settings name it.

    Args:
        root: the course's folder.

    Raises:
        AutograderError: its folder is not there, or cannot be written; nothing was done.
    """

    def __init__(self, root: Path) -> None:
        course = course_config.load(root)
        app = ReleaseAssignmentApp()
        with contextlib.chdir(root):  # nbgrader reads the configuration of the folder that it is started in
            app.initialize([])
        self._config: Any = app.config
        nbgrader.configure(self._config, root, course)
        self._kind: Any = ExchangeFactory(config=self._config).ReleaseAssignment
        self.folder = Path(self._kind(config=self._config).root)
        self._course = course
        nbgrader.refuse_unusable_exchange(self.folder, "; --no-exchange does without")

    def place(self, problem_set: str) -> Path:
        """Where students fetch a problem set."""
        return self.folder / self._course.name / "outbound" / problem_set

    def refuse_if_there(self, problem_set: str) -> None:
        """Raise an AutograderError where it is released already."""
        place = self.place(problem_set)
        if place.exists():
            raise AutograderError(
                f"{place}: is released already; --force replaces it (students who fetched it keep the older one)"
            )

    def release(self, problem_set: str, *, force: bool = False) -> Path:
        """Put the release that stands in assignments/ where students fetch it.

        Args:
            problem_set: its name.
            force: replace one that is there; who fetched it before keeps the older one.

        Raises:
            AutograderError: nbgrader does not; the line says why.
        """
        if not force:
            self.refuse_if_there(problem_set)
        self._config.CourseDirectory.assignment_id = problem_set
        settings = CourseDirectory(config=self._config)
        with last_words() as words:
            try:
                self._kind(coursedir=settings, force=force, config=self._config).start()
            except (ExchangeError, OSError, RuntimeError) as error:
                why = " ".join((words[0] if words else str(error)).split())[-300:]
                raise AutograderError(f"{problem_set}: nbgrader does not release it: {why}") from None
        return self.place(problem_set)
