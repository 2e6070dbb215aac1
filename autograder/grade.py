"""Grades a class: submissions in, verdicts, nbgrader's gradebook, graded notebooks and feedback out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from msgspec.structs import replace

from autograder.course import config, nbgrader, release
from autograder.course.config import Course
from autograder.errors import AutograderError
from autograder.gradebook import folders
from autograder.gradebook.intake import Prepared, find, prepare
from autograder.gradebook.recorder import Recorder
from autograder.grading.bounds import bounds_of, walls_of
from autograder.grading.pool import Pool
from autograder.grading.verdict import Graded, Verdict
from autograder.jail import bubblewrap
from autograder.jail.jail import Walls
from autograder.reports import feedback, graded_notebook


@dataclass
class Outcome:
    """What a run did: the verdicts, by student and problem set, and what could not be graded, a line each."""

    verdicts: list[Verdict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def grade(
    root: Path,
    problem_sets: Sequence[str] | None = None,
    *,
    students: Sequence[str] | None = None,
    jobs: int | None = None,
    confined: bool = True,
    started: Callable[[int], None] = lambda total: None,
    advanced: Callable[[Verdict | None], None] = lambda verdict: None,
) -> Outcome:
    """Grade what stands in `root`/submitted.

    Args:
        root: the course's folder.
        problem_sets: their names; all by default.
        students: only these.
        jobs: worker processes; one a core by default.
        confined: False gives up the jail.
        started: called with the number of submissions.
        advanced: called with each verdict, or None for a submission that could not be graded.

    Raises:
        AutograderError: nothing can be graded at all.
    """
    course = config.load(root)
    names = config.chosen(course, problem_sets)
    if confined:
        bubblewrap.refuse_if_visible(root)
    releases = {name: release.load(root, name) for name in names}
    waiting = [item for item in find(root / nbgrader.SUBMITTED, names) if not students or item.student in students]
    started(len(waiting))
    outcome = Outcome()
    prepared: list[Prepared] = []
    for handed_in in waiting:
        limit = course.limits_of(handed_in.problem_set).notebook_mb << 20
        try:
            prepared.append(prepare(handed_in, releases[handed_in.problem_set], limit))
        except AutograderError as error:
            outcome.problems.append(str(error))
            advanced(None)
    if not prepared:
        return outcome
    with Recorder(nbgrader.database(root, course.gradebook), course) as recorder:
        used = sorted({item.handed_in.problem_set for item in prepared}, key=names.index)
        for walls, group in _by_walls(course, used, confined).items():
            mine = [item for item in prepared if item.handed_in.problem_set in group]
            with Pool(root, {name: bounds_of(course.limits_of(name)) for name in group}, walls, jobs) as pool:
                for name in group:
                    _compare_points(releases[name], pool.points[name])
                    recorder.register(releases[name])
                for item, graded in pool.grade((item, item.submission) for item in mine):
                    if isinstance(graded, AutograderError):
                        outcome.problems.append(f"{item.handed_in.folder}: {graded}")
                        advanced(None)
                        continue
                    verdict = _keep(root, course, item, releases[item.handed_in.problem_set], graded, recorder)
                    outcome.verdicts.append(verdict)
                    advanced(verdict)
    outcome.verdicts.sort(key=lambda item: (item.problem_set, item.student))
    return outcome


def _by_walls(course: Course, names: Sequence[str], confined: bool) -> dict[Walls, list[str]]:
    groups: dict[Walls, list[str]] = {}
    for name in names:
        groups.setdefault(walls_of(course.limits_of(name), confined), []).append(name)
    return groups


def _compare_points(ours: release.Release, points: dict[str, float]) -> None:
    released = {exercise.name: exercise.points for exercise in ours.exercises}
    if released != points:
        wrong = sorted(name for name in released.keys() | points.keys() if released.get(name) != points.get(name))
        raise AutograderError(
            f"{ours.path}: {wrong[0]} is released with {released.get(wrong[0], 0):g} points, its checks give"
            f" {points.get(wrong[0], 0):g}; run: autograder build {ours.problem_set}"
        )


def _keep(
    root: Path, course: Course, item: Prepared, ours: release.Release, graded: Graded, recorder: Recorder
) -> Verdict:
    """Write all that comes of one submission; the gradebook last, so that a row there means that the files stand."""
    student, name = item.handed_in.student, item.handed_in.problem_set
    verdict = replace(graded.verdict, student=student)
    notebook = graded_notebook.make(item.repaired, ours, graded)
    folder = folders.autograded(root, student, name)
    folders.write(folder / f"{name}.ipynb", nbformat.writes(notebook).encode() + b"\n")
    if item.timestamp:
        folders.write(folder / "timestamp.txt", item.timestamp.encode())
    page = feedback.render(course, item.repaired, ours, verdict, notebook)
    folders.write(folders.feedback(root, student, name), page.encode())
    folders.write_verdict(root, verdict)
    recorder.record(student, name, notebook, item.timestamp)
    return verdict
