"""Groups equal wrong answers that no misconception explains, as candidates for new misconceptions."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder import terminal
from autograder.course import config, nbgrader
from autograder.course.release import Release
from autograder.diagnosis import traces
from autograder.diagnosis.traces import Trace
from autograder.errors import AutograderError
from autograder.grading.intake import HandedIn, Prepared, find
from autograder.grading.setup import GradingSetup, setup_of
from autograder.language.staff import for_staff, list_for_staff
from autograder.model.verdict import ExerciseResult, is_explained
from autograder.results import folders, freshness
from autograder.results.store import Store
from autograder.terminal import literal

_NAMED = 12
"""Maximum number of students named in a line."""


class Group(msgspec.Struct, frozen=True):
    """Answers to one exercise whose calls gave the same results in every check."""

    exercise: str
    students: list[str]
    fails: list[str]
    """The failing checks, each with its reason."""
    code: str
    """The shortest of the answers, with control characters escaped for the terminal."""
    nearest: str
    """The misconception that agrees with most of the calls; empty if none agrees with any."""
    agreeing: float
    """The share of calls that agree with it, from 0 to 1."""
    changes: list[str] = []
    """The small changes that make the answer right, as lines of a patch; empty if there are none."""


class Unexplained(msgspec.Struct):
    """The groups of a problem set, largest first; `wrong` counts all answers that lost points."""

    problem_set: str
    groups: list[Group] = []
    wrong: int = 0
    explained: int = 0
    graded: int = 0
    """The number of submissions with results."""
    not_graded: list[str] = []
    """Students whose results are not up to date with their submission, the checks and the misconceptions."""


@dataclass
class _Gathered:
    """A group under construction."""

    exercise: str
    trace: Trace | None
    answers: list[tuple[str, str, ExerciseResult]] = field(default_factory=list)
    """Code, student and result of each answer."""

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
                for change in (found.repaired.changes if found.repaired else [])
                for sign, lines in (("-", change.removed), ("+", change.added))
                for line in lines.splitlines()
            ],
        )


def unexplained(root: Path, problem_set: str, exercise: str | None = None, at_least: int = 1) -> Unexplained:
    """Return the answers in `root`/submitted that lost points and that `autograder grade` could not explain, in groups.

    Args:
        root: the course's folder; only read.
        problem_set: the problem set's name.
        exercise: the only exercise to look at; all by default.
        at_least: the smallest group to return, in students.

    Raises:
        AutograderError: the problem set is unknown or not built.
    """
    setup = setup_of(root, config.load(root), problem_set)
    if "pandas" in setup.course.packages:
        importlib.import_module("pandas")  # tables in traces can only be rebuilt if it is imported
    name, released = setup.problem_set, setup.release
    if exercise is not None and exercise not in {item.name for item in released.exercises}:
        raise AutograderError("no exercise {exercise} in {name}", exercise=exercise, name=name)
    result = Unexplained(name)
    gathered: list[_Gathered] = []
    for handed_in, item, findings in _graded(root, setup):
        result.graded += bool(findings)
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
    groups = [like.group() for like in gathered if len(like.answers) >= at_least]
    order = [item.name for item in released.exercises]
    result.groups = sorted(groups, key=lambda group: (-len(group.students), order.index(group.exercise)))
    return result


def _graded(root: Path, setup: GradingSetup) -> Iterator[tuple[HandedIn, Prepared | None, list[ExerciseResult]]]:
    """Yield each submission, its contents (None if it cannot be read), and its up-to-date results."""
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
    """Return the group of an answer: that with the same trace, else a new one."""
    exercise = found.verdict.name
    trace = traces.from_bytes(found.trace) if found.trace else None
    for like in gathered:
        if trace is not None and like.exercise == exercise and like.trace and traces.same(trace, like.trace):
            return like
    gathered.append(_Gathered(exercise, trace))
    return gathered[-1]


def _code(item: Prepared, released: Release, exercise: str) -> str:
    """Return the code of the cell that defines the exercise's name, else of the exercise's own cell."""
    [ours] = [known for known in released.exercises if known.name == exercise]
    end = item.repaired.place(ours.examples_id)
    defines = re.compile(rf"^[ \t]*(async[ \t]+def|def|class)\s+{re.escape(exercise)}\b", re.MULTILINE)
    cells = [cell for cell in item.submission.cells if end is None or cell.number < end]
    found = [cell.source for cell in cells if defines.search(cell.source)]
    place = item.repaired.place(ours.solution_id)
    return found[-1] if found else item.repaired.cells[place - 1].source if place else ""


def show(found: Unexplained) -> None:
    """Print the groups."""
    for group in found.groups:
        students = list_for_staff([*group.students[:_NAMED], *(["…"] if len(group.students) > _NAMED else [])])
        alike = for_staff("{count} alike: {students}", count=len(group.students), students=students)
        terminal.say_text(f"{found.problem_set} {group.exercise}: {alike}")
        for reason in group.fails:
            terminal.say("  fails {check}", check=reason)
        if group.nearest:
            terminal.say(
                "  nearest: {name}, which agrees in {share:.0%} of the calls",
                name=group.nearest,
                share=group.agreeing,
            )
        for line in group.changes:
            terminal.say("  fixed by {change}", change=line)
        for line in group.code.split("\n"):
            terminal.say_text(f"  | {line}")
        terminal.say_text("")
    left = sum(len(group.students) for group in found.groups)
    terminal.say(
        "{wrong} answers lost points: {explained} are explained, {shown} are shown, in {groups} groups",
        wrong=found.wrong,
        explained=found.explained,
        shown=left,
        groups=len(found.groups),
    )
    if found.not_graded:
        names = found.not_graded[:_NAMED] + (["…"] if len(found.not_graded) > _NAMED else [])
        terminal.say(
            "changed since graded or never graded, run autograder grade {problem_set}: {students}",
            problem_set=found.problem_set,
            students=list_for_staff(names),
        )
