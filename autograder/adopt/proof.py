"""Grades the solution and the stub of adopted problem sets, to prove their translated tests."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import config
from autograder.course import release as releases
from autograder.errors import AutograderError
from autograder.language.staff import for_staff
from autograder.model.limits import sandbox_limits_of, session_limits_of
from autograder.release.build import build
from autograder.release.proofs import made
from autograder.release.proofs.cases import submission_of
from autograder.workers.pool import Pool


@dataclass
class Proof:
    """What grading the solution and the stub of one problem set gave."""

    failing: dict[str, str] = field(default_factory=dict)
    """The exercises that the solution fails, each with the reason."""
    free: dict[str, float] = field(default_factory=dict)
    """The exercises for which the stub earns points, each with these."""
    points: float = 0.0
    """The points that the solution earns."""
    troubles: list[str] = field(default_factory=list)
    """What went wrong while the cells of the solution ran."""


def prove(root: Path, name: str, jobs: int | None = None) -> Proof:
    """Grade the solution and the stub of a problem set in the jail.

    Raises:
        AutograderError: it cannot be built or graded.
    """
    course = config.load(root)
    proof = Proof()
    with tempfile.TemporaryDirectory() as folder:
        build(root, [name], folder=Path(folder))
        release = releases.load(Path(folder), name)
        written: list[Mapping[str, str]] = [made.solutions(Path(folder), name), {}]
    submissions = [submission_of(release, dict(code)) for code in written]
    limits = course.limits_of(name)
    sandbox = sandbox_limits_of(limits, packages=course.packages)
    with Pool[int](root, {name: session_limits_of(limits)}, sandbox, jobs) as pool:
        for number, found in pool.grade(enumerate(submissions)):
            if isinstance(found, AutograderError):
                raise found
            graded = found.graded(course.known_mistakes)
            for item in graded.verdict.exercises:
                reasons = [check.reason for check in item.checks if not check.passed] or [item.note]
                if number == 0 and not all(check.passed for check in item.checks):
                    proof.failing[item.name] = next(filter(None, [*reasons, item.note]), for_staff("fails"))
                elif number == 1 and item.points:
                    proof.free[item.name] = item.points
            if number == 0:
                proof.points = sum(item.points for item in graded.verdict.exercises)
                proof.troubles = list(found.incidents)
    return proof
