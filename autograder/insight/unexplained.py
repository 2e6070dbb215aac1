"""Wrong answers whose reason is not known, like ones together: what the next misconception could be written for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.course import config, nbgrader
from autograder.course.release import Release
from autograder.diagnosis import traces
from autograder.diagnosis.traces import Trace
from autograder.errors import AutograderError
from autograder.grading.intake import HandedIn, Prepared, find
from autograder.grading.setup import GradingSetup, setup_of
from autograder.model.verdict import ExerciseResult, is_explained
from autograder.results import folders, freshness
from autograder.results.store import Store
from autograder.terminal import literal, say

_NAMED = 12
"""Students who are named in a line."""


class Group(msgspec.Struct, frozen=True):
    """Answers to one exercise whose calls gave the same, in every check."""

    exercise: str
    students: list[str]
    fails: list[str]
    """The checks that fail, each with its reason."""
    code: str
    """The shortest of the answers; what could steer a terminal in it is written out."""
    nearest: str
    """The misconception with which most of the calls agree, if there is any."""
    agreeing: float
    """The share of these calls, from 0 to 1."""
    changes: list[str] = []
    """The small changes that make the answer right, as in a patch, where there are such."""


class Unexplained(msgspec.Struct):
    """The groups of a problem set, largest first, of how many answers that lost points, and who is not looked at."""

    problem_set: str
    groups: list[Group] = []
    wrong: int = 0
    explained: int = 0
    not_graded: list[str] = []
    """Students whose submission is not graded as it, the checks and the misconceptions are now."""


@dataclass
class _Gathered:
    """Like answers on their way to a group."""

    exercise: str
    trace: Trace | None
    answers: list[tuple[str, str, ExerciseResult]] = field(default_factory=list)
    """Code, student, and what was found."""

    def group(self) -> Group:
        code, _, found = min(self.answers, key=lambda answer: (len(answer[0]), answer[1]))
        return Group(
            self.exercise,
            [literal(student) for _, student, _ in self.answers],
            [literal(f"{check.name}: {check.reason}") for check in found.verdict.checks if not check.passed],
            code,
            found.nearest,
            found.agreeing,
            [
                literal(f"{sign} {line}")
                for change in found.changes
                for sign, lines in (("-", change.removed), ("+", change.added))
                for line in lines.splitlines()
            ],
        )


def unexplained(root: Path, problem_set: str, exercise: str | None = None, at_least: int = 1) -> Unexplained:
    """What `autograder grade` found in the submissions that stand in `root`/submitted, and could not explain.

    Args:
        root: the course's folder; nothing in it is changed.
        problem_set: its name.
        exercise: only this one.
        at_least: only groups of so many students.

    Raises:
        AutograderError: the problem set is unknown, not built or not graded.
    """
    setup = setup_of(root, config.load(root), problem_set)
    name, released = setup.problem_set, setup.release
    if exercise is not None and exercise not in {item.name for item in released.exercises}:
        raise AutograderError(f"no exercise {exercise} in {name}")
    result = Unexplained(name)
    gathered: list[_Gathered] = []
    graded = False
    for handed_in, item, findings in _graded(root, setup):
        graded = graded or bool(findings)
        if item is None or len(findings) < len(released.exercises):
            result.not_graded.append(literal(handed_in.student))
        for found in findings:
            verdict = found.verdict
            lost = verdict.status == "graded" and verdict.points < verdict.max_points
            if item is None or not lost or exercise not in (None, verdict.name):
                continue
            result.wrong += 1
            result.explained += is_explained(verdict)
            if not is_explained(verdict):
                _place(found, gathered).answers.append(
                    (literal(_code(item, released, verdict.name)), handed_in.student, found)
                )
    if not graded:
        raise AutograderError(f"{name}: nothing is graded yet; run: autograder grade {name}")
    groups = [like.group() for like in gathered if len(like.answers) >= at_least]
    order = [item.name for item in released.exercises]
    result.groups = sorted(groups, key=lambda group: (-len(group.students), order.index(group.exercise)))
    return result


def _graded(root: Path, setup: GradingSetup) -> Iterator[tuple[HandedIn, Prepared | None, list[ExerciseResult]]]:
    """Each submission, None where it cannot be read, and those of its exercises' results that still hold."""
    setups = [setup, setup_of(root, setup.course, setup.problem_set, confined=False)]
    with Store(folders.store(root)) as store:
        for handed_in in find(root / nbgrader.SUBMITTED, [setup.problem_set]):
            try:
                item = setup.prepare(handed_in)
            except AutograderError:
                yield handed_in, None, []
                continue
            result = freshness.cached(store, setups, item)
            yield handed_in, item, result.exercises if result else []


def _place(found: ExerciseResult, gathered: list[_Gathered]) -> _Gathered:
    """Where an answer belongs: to those that are like it, else in a place of its own."""
    exercise = found.verdict.name
    trace = traces.from_bytes(found.trace) if found.trace else None
    for like in gathered:
        if trace is not None and like.exercise == exercise and like.trace and traces.same(trace, like.trace):
            return like
    gathered.append(_Gathered(exercise, trace))
    return gathered[-1]


def _code(item: Prepared, released: Release, exercise: str) -> str:
    """The cell that defines what is graded, else the one that it belongs in."""
    [ours] = [known for known in released.exercises if known.name == exercise]
    end = item.repaired.place(ours.examples_id)
    defines = re.compile(rf"^[ \t]*(async[ \t]+def|def|class)\s+{re.escape(exercise)}\b", re.MULTILINE)
    cells = [cell for cell in item.submission.cells if end is None or cell.number < end]
    found = [cell.source for cell in cells if defines.search(cell.source)]
    place = item.repaired.place(ours.solution_id)
    return found[-1] if found else item.repaired.cells[place - 1].source if place else ""


def show(found: Unexplained) -> None:
    """Print it."""
    for group in found.groups:
        students = ", ".join(group.students[:_NAMED]) + (", …" if len(group.students) > _NAMED else "")
        say(f"{found.problem_set} {group.exercise}: {len(group.students)} alike: {students}")
        for reason in group.fails:
            say(f"  fails {reason}")
        if group.nearest:
            say(f"  nearest: {group.nearest}, which agrees in {group.agreeing:.0%} of the calls")
        for line in group.changes:
            say(f"  mended by {line}")
        for line in group.code.split("\n"):
            say(f"  | {line}")
        say("")
    left = sum(len(group.students) for group in found.groups)
    say(
        f"{found.wrong} answers lost points: {found.explained} are explained, {left} are shown,"
        f" in {len(found.groups)} groups"
    )
    if found.not_graded:
        say(
            f"not graded as they are now, run autograder grade {found.problem_set}:"
            f" {', '.join(found.not_graded[:_NAMED])}{', …' if len(found.not_graded) > _NAMED else ''}"
        )
