"""A generated student: the submission, and the score that it must get."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.authoring import Misconception
from autograder.course import staff_module
from autograder.course.release import Release
from autograder.errors import AutograderError
from autograder.release.proofs import made

ALL = "all"
"""In `loses`, means every check of the exercise."""
EVERY = "*"
"""In `writes` and `loses`, means every exercise."""


@dataclass(frozen=True)
class Student:
    """A student who solves all exercises in `problem_sets`, with the given exceptions.

    Args:
        name: nbgrader's student id.
        about: what is special about the student, for the table.
        problem_sets: the problem sets handed in.
        writes: code by exercise, instead of the solution; `"misconception:NAME"` takes it from the course's
            misconceptions, an empty text leaves the stub.
        edits: called with the notebook's JSON to change it.
        loses: by exercise, the points that must be lost, or the checks that must fail, or ALL.
        file: the bytes to hand in instead of the notebook; empty for no file at all.
        renamed: the file's name, if it is not the problem set's.
        refused: a part of the expected message on why the submission cannot be graded.
    """

    name: str
    about: str
    problem_sets: Sequence[str]
    writes: Mapping[str, str] = field(default_factory=dict)
    edits: Callable[[made.Notebook], None] | None = None
    loses: Mapping[str, Sequence[str] | str | float] = field(default_factory=dict)
    file: bytes | None = None
    renamed: str = ""
    refused: str = ""

    def hand_in(
        self, submitted: Path, release: Release, solutions: Mapping[str, str], known: Sequence[Misconception]
    ) -> None:
        """Write the submission to nbgrader's submitted/ folder."""
        folder = submitted / self.name / release.problem_set
        folder.mkdir(parents=True)
        data = self.file
        if data is None:
            data = json.dumps(self._notebook(release, solutions, known), indent=1).encode()
        if data:
            (folder / (self.renamed or release.path.name)).write_bytes(data)

    def _notebook(
        self, release: Release, solutions: Mapping[str, str], known: Sequence[Misconception]
    ) -> made.Notebook:
        sources = {f"misconception:{item.name}": item.source() for item in known}
        written = dict(solutions)
        for name, code in self.writes.items():
            for exercise in solutions if name == EVERY else {name} & solutions.keys():
                written[exercise] = sources.get(code, code)
        notebook = made.notebook(release, {exercise: code for exercise, code in written.items() if code})
        if self.edits:
            self.edits(notebook)
        return notebook

    def expected(self, points: Mapping[str, Mapping[str, float]]) -> float:
        """Return the score that the submission must get.

        Args:
            points: the points of each check, by exercise and check.

        Raises:
            AutograderError: `loses` names a check that does not exist.
        """
        total = sum(worth for checks in points.values() for worth in checks.values())
        if EVERY in self.loses:
            return 0.0
        for exercise, lost in self.loses.items():
            checks = points.get(exercise, {})
            if isinstance(lost, int | float):
                total -= lost if checks else 0
                continue
            for name in checks if lost == ALL else lost:
                if name not in checks:
                    raise AutograderError(
                        "the demo's student {student} loses {exercise}::{name}, which is not a check",
                        student=self.name,
                        exercise=exercise,
                        name=name,
                    )
                total -= checks[name]
        return total


def load(path: Path) -> list[Student]:
    """Return the generated class defined in a file of staff's.

    Raises:
        AutograderError: there is no such file, or it does not run.
    """
    module = staff_module.load(path, "autograder_demo_students")
    if not hasattr(module, "STUDENTS"):
        raise AutograderError("{path}: defines no STUDENTS, the list of the demo's class", path=path)
    return list(module.STUDENTS)
