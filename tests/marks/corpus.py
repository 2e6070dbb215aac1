"""Answers to exercises of the course, graded as in a class: files cut into chunks, each beside the course's own solutions.

A chunk begins with a line `# %% <exercise> · <title>`; its code takes the place of that exercise's solution.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from msgspec.structs import replace

from autograder.course import config, release
from autograder.course.repair import repair
from autograder.grading.setup import by_jail, setup_of
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


def sampled(given: Sequence[Answer], step: int) -> Sequence[Answer]:
    """One in `step` of the answers; all where the environment variable ANSWERS is `all`."""
    return given if os.environ.get("ANSWERS") == "all" else given[::step]


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

    def alone(self, answer: Answer) -> Submission:
        """The problem set solved, but for `answer`; only the exercises that it defines are graded."""
        solved = self.submission(answer.problem_set, {answer.exercise: answer.code})
        defined = {answer.exercise, *re.findall(r"^(?:def|class) (\w+)", answer.code, re.MULTILINE)}
        return replace(solved, exercises=[item for item in solved.exercises if item.name in defined])

    def grade(self, problem_set: str, submissions: Iterable[Submission]) -> list[Verdict]:
        """Their verdicts, in order."""
        graded = self._pools[problem_set].grade(enumerate(submissions))
        found = {number: result.graded().verdict for number, result in graded}
        return [found[number] for number in sorted(found)]

    @cached_property
    def _pools(self) -> dict[str, Pool[int]]:
        """By problem set, the pool of all that can share a jail with it; workers take seconds to start."""
        groups = by_jail(setup_of(ROOT, self.course, name) for name in SETS)
        pools = [(names, Pool[int](ROOT, names, limits)) for limits, names in groups]
        return {name: pool for names, pool in pools for name in names}

    def close(self) -> None:
        """End the workers."""
        for pool in self._pools.values():
            pool.close()

    def marks(self, given: Iterable[Answer]) -> dict[Answer, ExerciseVerdict]:
        """What each answer earns in its exercise, all else solved."""
        by_set: dict[str, list[Answer]] = {}
        for answer in given:
            by_set.setdefault(answer.problem_set, []).append(answer)
        found = {}
        for problem_set, mine in by_set.items():
            submissions = [self.alone(answer) for answer in mine]
            for answer, verdict in zip(mine, self.grade(problem_set, submissions), strict=True):
                found[answer] = of(verdict, answer.exercise)
        return found


def of(verdict: Verdict, exercise: str) -> ExerciseVerdict:
    """The verdict of one exercise."""
    return next(item for item in verdict.exercises if item.name == exercise)
