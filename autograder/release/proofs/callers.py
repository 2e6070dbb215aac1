"""Audits exercises that call others: a mistake in one must cost nothing more in another, however that is solved."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring import Misconception
from autograder.course.release import Release
from autograder.diagnosis.upstream import called, upstream_of
from autograder.language.staff import for_staff
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
    """Yield each way alone, which must be right, and with each misconception of the exercises that it calls."""
    for item in mine:
        written = {**right, item.exercise: item.code}
        yield Case(
            item.exercise, restricted([item.exercise], submission_of(release, written)), _right, manner=item.name
        )
        for mistake in known:
            if mistake.exercise in item.called and mistake.costs != "all":  # otherwise callers lose points, too
                mistaken = submission_of(release, written | {mistake.exercise: mistake.source()})
                chosen = restricted([mistake.exercise, item.exercise], mistaken)
                yield Case("", chosen, _follows, misconception=mistake, manner=item.name)


def _right(case: Case, graded: Graded) -> Iterator[str]:
    for item in case.verdicts(graded):
        yield from failures(item, for_staff("{name} in ways.py", name=case.manner))


def _follows(case: Case, graded: Graded) -> Iterator[str]:
    yield from costs_more_in_callers(case, graded, case.manner)


def costs_more_in_callers(case: Case, graded: Graded, way: str = "") -> Iterator[str]:
    """Yield the exercises in which a misconception of another one costs points, without crashing them.

    Args:
        case: the submission with the misconception.
        graded: its result.
        way: the name of the way in ways.py by which the exercises are solved; "" for the course's own solutions.
    """
    known = case.misconception
    assert known is not None
    for other in graded.verdict.exercises:
        if other.name != known.exercise and _lost(other) and not _crashes(other):
            line = for_staff(
                "misconception {name} costs {points:g} points more in {exercise}, which calls it",
                name=known.name,
                points=_lost(other),
                exercise=other.name,
            )
            yield for_staff("{line} if it is solved as by {way} in ways.py", line=line, way=way) if way else line


def crashing(case: Case, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield the exercises that raise an exception given a misconception of another one, each with a sentence for staff.

    Misconceptions that cost all points of their exercise are ignored, since its callers then lose theirs as well.
    """
    known = case.misconception
    if known is None or known.costs == "all":
        return
    for other in verdict.exercises:
        if other.name != known.exercise and _lost(other) and _crashes(other):
            text = for_staff(
                "crashes with misconception {name} of {exercise}, and loses its points with it",
                name=known.name,
                exercise=known.exercise,
            )
            yield other.name, text


def _lost(exercise: ExerciseVerdict) -> float:
    """Return the points that an exercise lost, bonus points included."""
    return exercise.max_points + exercise.max_bonus - exercise.points - exercise.bonus


def _crashes(exercise: ExerciseVerdict) -> bool:
    """Return whether every failing check fails by an exception."""
    return all(check.passed or check.reason.startswith(RAISED) for check in exercise.checks)
