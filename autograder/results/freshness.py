"""Which results are up to date: the one answer for grade, status, show, unexplained and watch-exchange.

Results are up to date where all of them are there, and the fingerprint that was kept when they were written is that of
the submission and of every other input as they are now.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

from autograder.course import config, nbgrader
from autograder.errors import AutograderError
from autograder.gradebook.connection import submissions
from autograder.grading.intake import HandedIn, Prepared, find, handed_in_at
from autograder.grading.setup import GradingSetup, setup_of
from autograder.model.verdict import SubmissionResult

from . import folders
from .store import Store

State = Literal["graded", "changed", "not graded"]
"""Whether a submission's results are up to date, made from something that has changed since, or missing."""


class Freshness:
    """Compares submissions with what was kept when their results were written.

    Args:
        root: the course's folder.
        fingerprints: by problem set and student, as `Store.fingerprints` gives them.
        in_gradebook: the submissions with rows in the gradebook, as problem set and student.
    """

    def __init__(
        self, root: Path, fingerprints: dict[tuple[str, str], bytes], in_gradebook: Collection[tuple[str, str]]
    ) -> None:
        self._root = root
        self._fingerprints = {key: kept for key, kept in fingerprints.items() if key in in_gradebook}

    def state(self, setup: GradingSetup, item: Prepared) -> State:
        """Whether the results of a submission are up to date."""
        student, name = item.handed_in.student, item.handed_in.problem_set
        kept = self._fingerprints.get((name, student))
        if kept is None or not all(path.is_file() for path in folders.pages(self._root, student, name)):
            return "not graded"
        if folders.verdict_if_any(self._root, student, name) is None:
            return "not graded"
        return "graded" if kept == setup.fingerprint(item) else "changed"


def of_course(root: Path, course: config.Course) -> Freshness:
    """What was kept of a course; nothing is written.

    Raises:
        AutograderError: store or gradebook cannot be read.
    """
    path = folders.store(root)
    if not path.is_file():  # opening it would make it
        return Freshness(root, {}, ())
    with Store(path) as store:
        return Freshness(root, store.fingerprints(), submissions(root, course))


def submission(root: Path, student: str, problem_set: str) -> tuple[Prepared, GradingSetup, State]:
    """One student's submission as it is now, what it is graded with, and whether its results are up to date.

    Raises:
        AutograderError: there is none, or it cannot be read.
    """
    course = config.load(root)
    setup = setup_of(root, course, problem_set)
    folder = root / nbgrader.SUBMITTED / student / problem_set
    if not os.path.isdir(folder):  # noqa: PTH112
        raise AutograderError(f"{folder}: no such folder; autograder status {problem_set} --json lists the students")
    item = setup.prepare(HandedIn(student, problem_set, folder))
    return item, setup, of_course(root, course).state(setup, item)


def cached(store: Store, setups: Sequence[GradingSetup], item: Prepared) -> SubmissionResult | None:
    """What is cached of a submission and still holds, by that of the setups with which most of it does."""
    found = [result for setup in setups if (result := store.find(item.submission, setup.keys))]
    return max(found, key=lambda result: len(result.exercises), default=None)


def arrived(root: Path, problem_set: str, begun: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Students whose submission is not the one that was graded last, and its timestamp.

    Timestamps alone are compared, which is cheap enough for a watch: checks that changed since grade nobody anew before
    staff say so.

    Args:
        root: the course's folder.
        problem_set: its name.
        begun: "problem set/student" of those whose grading may have been cut off; they are among the students.
    """
    for handed_in in find(root / nbgrader.SUBMITTED, [problem_set]):
        graded = folders.autograded(root, handed_in.student, problem_set)
        moment = handed_in_at(handed_in.folder)
        done = f"{problem_set}/{handed_in.student}" not in begun and (graded / f"{problem_set}.ipynb").is_file()
        if not done or moment != handed_in_at(graded):
            yield handed_in.student, moment or ""
