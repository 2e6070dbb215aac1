"""Decides whether results are up to date, for grade, status, show, unexplained and watch-exchange.

Results are up to date if all of them exist, and the fingerprint stored with them equals the current fingerprint of the
submission and of every other input.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

from autograder.course import config, nbgrader
from autograder.course.config import Course
from autograder.errors import AutograderError
from autograder.gradebook.connection import submissions
from autograder.grading.intake import HandedIn, Prepared, find, handed_in_at
from autograder.grading.setup import GradingSetup, setup_of
from autograder.model.verdict import SubmissionResult, Verdict

from . import folders
from .store import Store

State = Literal["graded", "changed", "not graded"]
"""Whether a submission's results are up to date, out of date ("changed"), or missing ("not graded")."""


class Freshness:
    """Compares submissions with the fingerprints that were stored with their results.

    Args:
        root: the course's folder.
        fingerprints: fingerprints by problem set and student, as `Store.fingerprints` returns them.
        in_gradebook: problem set and student of the submissions with rows in the gradebook.
    """

    def __init__(
        self, root: Path, fingerprints: dict[tuple[str, str], bytes], in_gradebook: Collection[tuple[str, str]]
    ) -> None:
        self._root = root
        self._fingerprints = {key: kept for key, kept in fingerprints.items() if key in in_gradebook}

    def state(self, setup: GradingSetup, item: Prepared) -> State:
        """Return whether the results of a submission are up to date."""
        if self._written(item) is None:
            return "not graded"
        return "graded" if self._is_current(setup, item) else "changed"

    def verdict(self, setup: GradingSetup, item: Prepared) -> Verdict | None:
        """Return the verdict of a submission if its results are up to date; None otherwise."""
        if not self._is_current(setup, item):
            return None
        return self._written(item)

    def _is_current(self, setup: GradingSetup, item: Prepared) -> bool:
        kept = self._fingerprints.get((item.handed_in.problem_set, item.handed_in.student))
        return kept is not None and kept == setup.fingerprint(item)

    def _written(self, item: Prepared) -> Verdict | None:
        """Return the verdict if all results were written; None otherwise."""
        student, name = item.handed_in.student, item.handed_in.problem_set
        return folders.verdict_if_whole(self._root, student, name) if (name, student) in self._fingerprints else None


def of_course(root: Path, course: config.Course) -> Freshness:
    """Return the `Freshness` of a course; nothing is written.

    Raises:
        AutograderError: the store or the gradebook cannot be read.
    """
    path = folders.store(root)
    if not path.is_file():  # opening it would create it
        return Freshness(root, {}, ())
    with Store(path) as store:
        return Freshness(root, store.fingerprints(), submissions(course))


def submission(root: Path, student: str, problem_set: str) -> tuple[Prepared, GradingSetup, State]:
    """Return one student's current submission, its grading setup, and whether its results are up to date.

    Raises:
        AutograderError: there is no submission, or it cannot be read.
    """
    course = config.load(root)
    setup = setup_of(root, course, problem_set)
    folder = root / nbgrader.SUBMITTED / student / problem_set
    if not os.path.isdir(folder):  # noqa: PTH112
        raise AutograderError(
            "{folder}: no such folder; autograder status {problem_set} --json lists the students",
            folder=folder,
            problem_set=problem_set,
        )
    item = setup.prepare(HandedIn(student, problem_set, folder))
    return item, setup, of_course(root, course).state(setup, item)


def cached(store: Store, setups: Sequence[GradingSetup], item: Prepared) -> SubmissionResult | None:
    """Return the valid part of a submission's cached result, for the setup with the most valid exercises.

    None if nothing valid is cached.
    """
    found = [result for setup in setups if (result := store.find(item.submission, setup.keys))]
    return max(found, key=lambda result: len(result.exercises), default=None)


def arrived(root: Path, course: Course, problem_set: str, begun: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield students whose submission is newer than the one graded last, and its timestamp.

    Only timestamps are compared, which is cheap enough for watch-exchange; changed checks do not cause regrading here.

    Args:
        root: the course's folder.
        course: the course.
        problem_set: the problem set's name.
        begun: "problem set/student" of submissions whose grading may have been interrupted; these are included.
    """
    for handed_in in find(root / nbgrader.SUBMITTED, [problem_set]):
        graded = folders.autograded(root, handed_in.student, problem_set)
        timestamp = handed_in_at(handed_in.folder, course.clock)
        done = f"{problem_set}/{handed_in.student}" not in begun and (graded / f"{problem_set}.ipynb").is_file()
        if not done or timestamp != handed_in_at(graded, course.clock):
            yield handed_in.student, timestamp.text if timestamp else ""
