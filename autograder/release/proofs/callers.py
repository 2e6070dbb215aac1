"""Exercises that call others: a mistake in the one costs nothing more in the other, however it is solved."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring import Misconception
from autograder.course.release import Release
from autograder.diagnosis.upstream import called, upstream_of
from autograder.model.verdict import ExerciseVerdict, Graded, Verdict

from .cases import Case, failures, restricted, submission_of

RAISED = "your code raised"
"""Prefix of a check's reason if the student's code raised an exception."""


def callers(root: Path, release: Release) -> dict[str, set[str]]:
    """Return, for each exercise, the exercises whose solutions call it, directly or indirectly."""
    exercises = frozenset(item.name for item in release.exercises)
    path = root / "solutions" / release.problem_set / f"{release.problem_set}.py"
    found: dict[str, set[str]] = {}
    for exercise in (item.name for item in release.exercises):  # exercises only call those above them in the notebook
        for other in upstream_of(path, exercises).get(exercise, ()):
            found.setdefault(other, set()).add(exercise)
    for callers in found.values():
        for caller in list(callers):
            callers |= found.get(caller, set())
    return found


@dataclass(frozen=True)
class Way:
    """A solution in ways.py: its code, with the helpers of that file, as a student would have written it."""

    exercise: str
    name: str
    code: str
    called: frozenset[str]
    """The other exercises that it calls."""


def ways(path: Path, exercises: Collection[str]) -> list[Way]:
    """Return the solutions that a file ways.py marks; none if there is no such file."""
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    marked: dict[str, tuple[str, ast.FunctionDef | ast.ClassDef]] = {}
    helpers = []
    for node in ast.parse(text).body:
        marks = getattr(node, "decorator_list", [])
        match node, marks:
            case ast.FunctionDef() | ast.ClassDef(), [
                ast.Call(func=ast.Name("way"), args=[ast.Constant(str(exercise))])
            ]:
                marked[node.name] = exercise, node
            case ast.Expr(), _:
                pass
            case ast.ImportFrom(module=str(module)), _ if module.startswith("autograder"):
                pass
            case _:
                helpers.append(ast.unparse(node))
    reached = called(text, {*exercises, *marked})
    found = []
    for name, (exercise, node) in marked.items():
        node.name, node.decorator_list = exercise, []
        code = "\n\n\n".join([*helpers, ast.unparse(node)]) + "\n"
        found.append(Way(exercise, name, code, reached[name] & frozenset(exercises)))
    return found


def way_cases(
    release: Release, mine: Sequence[Way], known: Sequence[Misconception], right: Mapping[str, str]
) -> Iterator[Case]:
    """Yield each way alone, which must be right, and beside each misconception of what it calls."""
    for item in mine:
        written = {**right, item.exercise: item.code}
        yield Case(
            item.exercise, restricted([item.exercise], submission_of(release, written)), _right, manner=item.name
        )
        for mistake in known:
            if mistake.exercise in item.called and mistake.costs != "all":  # nothing follows from what is worthless
                mistaken = submission_of(release, written | {mistake.exercise: mistake.source()})
                chosen = restricted([mistake.exercise, item.exercise], mistaken)
                yield Case("", chosen, _follows, misconception=mistake, manner=item.name)


def _right(case: Case, graded: Graded) -> Iterator[str]:
    for item in case.verdicts(graded):
        yield from failures(item, f"{case.manner} in ways.py")


def _follows(case: Case, graded: Graded) -> Iterator[str]:
    yield from costs_more_in_callers(case, graded, f" if it is solved as by {case.manner} in ways.py")


def costs_more_in_callers(case: Case, graded: Graded, how: str = "") -> Iterator[str]:
    """Yield the exercises in which a misconception of another one costs points, without crashing them."""
    known = case.misconception
    assert known is not None
    for other in graded.verdict.exercises:
        if other.name != known.exercise and other.points != other.max_points and not _crashes(other):
            more = f"{other.max_points - other.points:g} points more in {other.name}, which calls it{how}"
            yield f"misconception {known.name} costs {more}"


def crashing(case: Case, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield the exercises that crash with a misconception of another one, each with the sentence for staff."""
    known = case.misconception
    if known is None:
        return
    for other in verdict.exercises:
        if other.name != known.exercise and other.points != other.max_points and _crashes(other):
            text = f"crashes with misconception {known.name} of {known.exercise}, and loses its points with it"
            yield other.name, text


def _crashes(exercise: ExerciseVerdict) -> bool:
    """Return whether every failing check fails by an exception."""
    return all(check.passed or check.reason.startswith(RAISED) for check in exercise.checks)
