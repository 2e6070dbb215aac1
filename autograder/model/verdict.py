"""What grading one submission found. It depends on the submission and the checks alone: no times, no machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from autograder.jail.inside import wire


class CheckVerdict(msgspec.Struct, frozen=True):
    """One check: its sentence, what it earned, and for a failure the reason in a student's words."""

    name: str
    sentence: str
    passed: bool
    points: float
    max_points: float
    reason: str = ""
    counted: bool = True
    """False for a property (no argument changed, an exception raised) that holds while no result is right yet."""
    imprecise: bool = False
    """Whether it passed with a float64 result that is only as exact as float32."""
    follows: bool = False
    """Whether it passed since what differs follows from a mistake in another exercise, which costs there."""

    @property
    def flawless(self) -> bool:
        """Whether it earned its points, and by exact numbers."""
        return self.earned and not self.imprecise

    @property
    def earned(self) -> bool:
        """Whether it earned its points."""
        return self.passed and self.counted


class Example(msgspec.Struct, frozen=True):
    """A call to paste below the student's code, what that gives, and what is right."""

    code: str
    gives: str
    right: str


class ExerciseVerdict(msgspec.Struct, frozen=True):
    """One exercise: points are the sum of its passed checks, but for what `mark` says; none for a forbidden call."""

    name: str
    status: Literal["graded", "not begun", "forbidden"]
    points: float
    max_points: float
    checks: list[CheckVerdict]
    note: str = ""
    """What holds for the whole exercise: the forbidden call, that it is not begun."""
    hint: str = ""
    """The hint of the misconception that explains every recorded result, if there is one."""
    misconception: str = ""
    mark: str = ""
    """Where the points are not the sum of the checks': how they came about ("Right but for one mistake (−4).")."""
    example: Example | None = None
    """Where points were lost: a call on which the code gives something else than what is right, where one was found."""


REPAIR = "repair:"
"""Begins the name of what is no known mistake: a small change makes the answer right."""


def is_explained(exercise: ExerciseVerdict) -> bool:
    """Whether a known mistake, or a rule, explains why it is wrong."""
    return bool(exercise.misconception) and not exercise.misconception.startswith(REPAIR)


Quality: TypeAlias = Literal["right", "wrong", "worthless"]
"""How good an exercise is for those that call it: worthless where no value is right and nothing explains why."""


def quality_of(exercise: ExerciseVerdict) -> Quality:
    """How good an exercise is for those that call it."""
    if exercise.checks and all(check.flawless and not check.follows for check in exercise.checks):
        return "right"
    explained = exercise.misconception and exercise.points > 0
    by_values = any(check.points for check in exercise.checks)  # properties have none where no value is right
    return "wrong" if exercise.status == "graded" and (explained or by_values) else "worthless"


def by_checks(exercise: ExerciseVerdict) -> ExerciseVerdict:
    """The verdict with the sum of its checks' points, whatever is known of its mistakes."""
    if not exercise.mark or exercise.status != "graded":
        return exercise
    return msgspec.structs.replace(exercise, points=sum(check.points for check in exercise.checks), mark="")


class Verdict(msgspec.Struct, frozen=True):
    """One submission: exercise by exercise, what the intake repaired and what happened to its cells."""

    problem_set: str
    points: float
    max_points: float
    exercises: list[ExerciseVerdict]
    repairs: list[str]
    incidents: list[str]
    student: str = ""


class Row(msgspec.Struct, frozen=True):
    """A verdict in short; `remarks` counts what was repaired and what happened."""

    problem_set: str
    student: str
    points: float
    max_points: float
    remarks: int


def row_of(verdict: Verdict) -> Row:
    """A verdict in short."""
    remarks = len(verdict.repairs) + len(verdict.incidents)
    return Row(verdict.problem_set, verdict.student, verdict.points, verdict.max_points, remarks)


class Graded(msgspec.Struct, frozen=True):
    """A verdict, and what each code cell showed, by the cell's number. The outputs are hostile until cleaned."""

    verdict: Verdict
    outputs: dict[int, list[wire.Output]]


class Change(msgspec.Struct, frozen=True):
    """One small change of a student's code; `line` is counted in the cell, `removed` and `added` are the lines."""

    cell: int
    line: int
    operator: str
    removed: str
    added: str


class ExerciseResult(msgspec.Struct, frozen=True):
    """The result of one exercise: its verdict, and what happened while its checks ran.

    `cacheable` is False where it might come out otherwise another time: a clock or the machine ended something.
    """

    verdict: ExerciseVerdict
    incidents: list[str]
    cacheable: bool
    trace: bytes = b""
    """Where points were lost: what the calls gave (`traces.py`); empty where it is too large."""
    nearest: str = ""
    """Where nothing explains that: the misconception with which most calls agree."""
    agreeing: float = 0.0
    """The share of these calls, from 0 to 1."""
    changes: list[Change] = []
    """The small changes that make the answer right, or nearly, where that was found."""
    points_changed: float = 0.0
    """What the checks give with these."""
    whole: bool = True
    """Whether all checks of values pass with these."""


class SubmissionResult(msgspec.Struct, frozen=True, tag=True):
    """The result of a submission: of its cells, and of each of its exercises."""

    problem_set: str
    repairs: list[str]
    outputs: dict[int, list[wire.Output]]
    incidents: list[str]
    cacheable: bool
    exercises: list[ExerciseResult]
    seconds: float = 0.0
    """How long grading it took, by the clock on the wall: of this machine at that time, so no part of a verdict."""
    stale_hints: list[ExerciseResult] = []
    """Of a cached result: exercises that hold but for their hints, which are to be found anew."""

    def graded(self, known_mistakes: Literal["by_cost", "by_checks"] = "by_cost") -> Graded:
        """The same as one verdict; by checks, what is known of a mistake changes no points."""
        incidents = [*self.incidents, *(line for item in self.exercises for line in item.incidents)]
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
        )
        return Graded(verdict, self.outputs)


def to_json(verdict: Verdict) -> bytes:
    """The verdict as indented JSON with a closing newline."""
    return msgspec.json.format(msgspec.json.encode(verdict), indent=2) + b"\n"


def from_json(data: bytes) -> Verdict:
    """The verdict in `data`."""
    return msgspec.json.decode(data, type=Verdict)


def schema() -> dict[str, Any]:
    """The JSON schema of a verdict file."""
    return msgspec.json.schema(Verdict)


def read(path: Path) -> Verdict:
    """The verdict in a file."""
    return from_json(path.read_bytes())
