"""The result of grading one submission. A verdict depends only on the submission and the checks, not on the machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from autograder.jail.inside import wire

Trouble: TypeAlias = Literal["", "time", "memory", "posed", "ended"]
"""What ended a cell, a call or the program: a limit, a reply as only the grader gives it, or the code itself."""


class CheckVerdict(msgspec.Struct, frozen=True):
    """One check: its sentence and points and, if it failed, the reason, as the student reads it."""

    name: str
    sentence: str
    passed: bool
    points: float
    max_points: float
    reason: str = ""
    counted: bool = True
    """False for a property (no argument changed, an exception raised) that holds although no result is right yet."""
    imprecise: bool = False
    """Whether it passed with a float64 result that only has float32's precision."""
    follows: bool = False
    """Whether it passed because the difference follows from a mistake in another exercise."""
    bonus: bool = False
    """Whether its points are bonus points, which are no part of the exercise's points and their maximum."""
    trouble: Trouble = ""
    """What ended the student's code, if that is why it failed."""

    @property
    def flawless(self) -> bool:
        """Return whether it earned its points with full precision."""
        return self.earned and not self.imprecise

    @property
    def earned(self) -> bool:
        """Return whether it earned its points."""
        return self.passed and self.counted


class Example(msgspec.Struct, frozen=True):
    """A call to paste below the student's code, the result it gives, and the right result."""

    code: str
    gives: str
    right: str


class ExerciseVerdict(msgspec.Struct, frozen=True):
    """One exercise. Its points are those of its passed checks, unless `mark` is set; 0 for a forbidden call.

    Bonus points are counted apart: `points` and `max_points` are without them.
    """

    name: str
    status: Literal["graded", "not begun", "forbidden"]
    points: float
    max_points: float
    checks: list[CheckVerdict]
    note: str = ""
    """A remark on the whole exercise: the forbidden call, or that it is not begun."""
    hint: str = ""
    """The hint of the misconception that explains every recorded result; empty if there is none."""
    misconception: str = ""
    mark: str = ""
    """How the points are computed, if not as the sum of the checks ("Right but for one mistake (−4).")."""
    example: Example | None = None
    """A call on which the code gives a wrong result, if points were lost and one was found."""
    bonus: float = 0.0
    """The bonus points that it earned."""
    max_bonus: float = 0.0


def own(checks: Iterable[CheckVerdict]) -> list[CheckVerdict]:
    """Return the checks without those of bonus points."""
    return [check for check in checks if not check.bonus]


REPAIR = "repair:"
"""Prefix of `misconception` if no known mistake, but a small change that makes the answer right was found."""
RELATION = "generic:relation"
"""Beginning of the name of what should hold and does not, of an answer that nothing explains."""


def is_explained(exercise: ExerciseVerdict) -> bool:
    """Return whether a known mistake or a rule explains why the answer is wrong; a relation only says what is."""
    return bool(exercise.misconception) and not exercise.misconception.startswith((REPAIR, RELATION))


Quality: TypeAlias = Literal["right", "known mistake", "wrong", "worthless"]
"""Quality of an exercise for the exercises that call it; worthless if no value is right and nothing explains why."""


def quality_of(exercise: ExerciseVerdict) -> Quality:
    """Return the quality of an exercise for the exercises that call it."""
    if exercise.checks and all(check.flawless and not check.follows for check in exercise.checks):
        return "right"
    explained = exercise.misconception and exercise.points > 0
    by_values = any(check.points for check in exercise.checks)  # properties earn no points if no value is right
    if explained and exercise.status == "graded" and ":" not in exercise.misconception:  # not "generic:…", "repair:…"
        return "known mistake"
    return "wrong" if exercise.status == "graded" and (explained or by_values) else "worthless"


def by_checks(exercise: ExerciseVerdict) -> ExerciseVerdict:
    """Return the verdict with the sum of its checks' points, ignoring known mistakes."""
    if not exercise.mark or exercise.status != "graded":
        return exercise
    return msgspec.structs.replace(exercise, points=sum(check.points for check in own(exercise.checks)), mark="")


class Verdict(msgspec.Struct, frozen=True):
    """One submission: its exercises, the repairs of its notebook, and the incidents while its cells ran.

    `points` and `max_points` are without bonus points.
    """

    problem_set: str
    points: float
    max_points: float
    exercises: list[ExerciseVerdict]
    repairs: list[str]
    incidents: list[str]
    student: str = ""
    bonus: float = 0.0
    """The bonus points that it earned, which are added to its points."""
    max_bonus: float = 0.0
    troubles: dict[str, Trouble] = {}
    """The kinds of those incidents that have one, by their sentences."""

    @property
    def score(self) -> float:
        """Return the points with the bonus points."""
        return self.points + self.bonus


class Row(msgspec.Struct, frozen=True):
    """A summary of a verdict; `remarks` counts its repairs and incidents."""

    problem_set: str
    student: str
    points: float
    max_points: float
    remarks: int
    bonus: float = 0.0
    max_bonus: float = 0.0


def row_of(verdict: Verdict) -> Row:
    """Return the summary of a verdict."""
    remarks = len(verdict.repairs) + len(verdict.incidents)
    points = verdict.points, verdict.max_points
    return Row(verdict.problem_set, verdict.student, *points, remarks, verdict.bonus, verdict.max_bonus)


class Graded(msgspec.Struct, frozen=True):
    """A verdict, and the outputs of each code cell, by its number. The outputs are untrusted."""

    verdict: Verdict
    outputs: dict[int, list[wire.Output]]


class Change(msgspec.Struct, frozen=True):
    """One small change of a student's code: line `line` of cell `cell`, `removed`, is replaced by `added`."""

    cell: int
    line: int
    operator: str
    removed: str
    added: str


class SmallChanges(msgspec.Struct, frozen=True):
    """Small changes to a student's code that make it right, nearly right, or run at all."""

    changes: list[Change]
    points: float
    """The checks' points with these changes."""
    whole: bool
    """Whether all checks of values pass with these changes."""
    explained: bool = False
    """Whether they only make the code run, and the recorded results are those of the changed code."""


class ExerciseResult(msgspec.Struct, frozen=True):
    """The result of one exercise: its verdict, and the incidents while its checks ran.

    `cacheable` is False if another run might give another result, since a time limit or the machine ended something.
    """

    verdict: ExerciseVerdict
    incidents: list[str]
    cacheable: bool
    trace: bytes = b""
    """The recorded results of the calls (`traces.py`) if points were lost; empty if they are too large."""
    nearest: str = ""
    """The misconception that agrees with most calls, if nothing explains the answer."""
    agreeing: float = 0.0
    """The share of calls that agree with it, from 0 to 1."""
    repaired: SmallChanges | None = None
    """The small changes that make the answer right, nearly right, or run, if any were found."""
    places: dict[str, tuple[str, int, int]] = {}
    """By check that ended with an exception raised by student code: its class, and the cell and line that raised it."""
    troubles: dict[str, Trouble] = {}
    """The kinds of its incidents, by their sentences."""


class SubmissionResult(msgspec.Struct, frozen=True, tag=True):
    """The result of a submission: its cells' outputs, and the result of each exercise."""

    problem_set: str
    repairs: list[str]
    outputs: dict[int, list[wire.Output]]
    incidents: list[str]
    cacheable: bool
    exercises: list[ExerciseResult]
    seconds: float = 0.0
    """Wall-clock time of grading, in seconds; not part of the verdict, since it depends on the machine."""
    stale_hints: list[ExerciseResult] = []
    """Cached results whose hints alone are out of date, and have to be determined again."""
    troubles: dict[str, Trouble] = {}
    """The kinds of the incidents while its cells ran, by their sentences."""

    def graded(self, known_mistakes: Literal["by_cost", "by_checks"] = "by_cost") -> Graded:
        """Return the result as one verdict with the outputs.

        Args:
            known_mistakes: as in course.yml; "by_checks" ignores known mistakes in the points.
        """
        incidents = [*self.incidents, *(line for item in self.exercises for line in item.incidents)]
        troubles = self.troubles | {line: kind for item in self.exercises for line, kind in item.troubles.items()}
        verdicts = [item.verdict for item in self.exercises]
        if known_mistakes == "by_checks":
            verdicts = [by_checks(item) for item in verdicts]
        verdict = Verdict(
            problem_set=self.problem_set,
            points=sum(item.points for item in verdicts),
            max_points=sum(item.max_points for item in verdicts),
            exercises=verdicts,
            repairs=self.repairs,
            incidents=list(dict.fromkeys(incidents)),
            bonus=sum(item.bonus for item in verdicts),
            max_bonus=sum(item.max_bonus for item in verdicts),
            troubles={line: kind for line, kind in troubles.items() if kind},
        )
        return Graded(verdict, self.outputs)


def to_json(verdict: Verdict) -> bytes:
    """Return the verdict as indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(verdict), indent=2) + b"\n"


def from_json(data: bytes) -> Verdict:
    """Return the verdict in `data`.

    Raises:
        msgspec.MsgspecError: `data` is not a verdict.
    """
    return msgspec.json.decode(data, type=Verdict)


def schema() -> dict[str, Any]:
    """Return the JSON schema of a verdict file."""
    return msgspec.json.schema(Verdict)


def read(path: Path) -> Verdict:
    """Return the verdict in a file.

    Raises:
        OSError: the file cannot be read.
        msgspec.MsgspecError: it is not a verdict.
    """
    return from_json(path.read_bytes())
