"""Answers to exercises of the course, graded as in a class: files cut into chunks, each beside the course's own solutions.

A chunk begins with a line `# %% <exercise> · <title>`; its code takes the place of that exercise's solution.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.course import config, release
from autograder.course.repair import repair
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.model.submission import Submission, to_submission
from autograder.model.verdict import ExerciseVerdict, Verdict
from autograder.notebook.reading import parse
from autograder.release.build import build
from autograder.release.proofs import made
from autograder.workers.pool import Pool

ROOT = Path(__file__).resolve().parents[2]
SETS = ("ps1", "ps2", "ps3", "ps4", "ps5", "ps6", "ps7", "ps8", "ps9", "capstone")


@dataclass(frozen=True)
class Answer:
    """One chunk."""

    problem_set: str
    title: str
    code: str

    @property
    def exercise(self) -> str:
        """The exercise that it answers."""
        return self.title.split()[0]


def answers(path: Path) -> list[Answer]:
    """The chunks of a file that is named after its problem set."""
    chunks = re.split(r"^# %% ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [Answer(path.stem, title, code.strip() + "\n") for title, _, code in (c.partition("\n") for c in chunks)]


class Course:
    """The course, built anew in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.course = config.load(ROOT)
        self._built = cache(self._build)

    def _build(self, problem_set: str) -> tuple[release.Release, dict[str, str]]:
        build(ROOT, [problem_set], folder=self.folder)
        return release.load(self.folder, problem_set), made.solutions(self.folder, problem_set)

    def submission(self, problem_set: str, written: Mapping[str, str], scratch: str = "") -> Submission:
        """The problem set solved, but for what is `written`; `scratch` is the code of a cell of one's own at the top."""
        ours, right = self._built(problem_set)
        notebook = made.notebook(ours, right | dict(written))
        if scratch:
            notebook["cells"].insert(
                0,
                {
                    "cell_type": "code",
                    "id": "s",
                    "metadata": {},
                    "outputs": [],
                    "source": scratch,
                    "execution_count": None,
                },
            )
        return to_submission(repair(parse(json.dumps(notebook).encode(), problem_set), ours), ours)

    def grade(self, problem_set: str, submissions: Iterable[Submission], jobs: int | None = None) -> list[Verdict]:
        """Their verdicts, in order."""
        limits = self.course.limits_of(problem_set)
        found: dict[int, Verdict] = {}
        with Pool(ROOT, {problem_set: session_limits_of(limits)}, sandbox_limits_of(limits), jobs) as pool:
            for number, result in pool.grade(enumerate(submissions)):
                found[number] = result.graded().verdict
        return [found[number] for number in sorted(found)]

    def marks(self, given: Iterable[Answer]) -> dict[Answer, ExerciseVerdict]:
        """What each answer earns in its exercise, all else solved."""
        by_set: dict[str, list[Answer]] = {}
        for answer in given:
            by_set.setdefault(answer.problem_set, []).append(answer)
        found = {}
        for problem_set, mine in by_set.items():
            submissions = [self.submission(problem_set, {one.exercise: one.code}) for one in mine]
            for answer, verdict in zip(mine, self.grade(problem_set, submissions), strict=True):
                found[answer] = of(verdict, answer.exercise)
        return found


def of(verdict: Verdict, exercise: str) -> ExerciseVerdict:
    """The verdict of one exercise."""
    return next(item for item in verdict.exercises if item.name == exercise)
