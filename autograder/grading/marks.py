"""What an exercise earns: a mistake that explains all that went wrong costs once, however many checks it fails."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from autograder.diagnosis.experiments import IN_PLACE
from autograder.diagnosis.misconceptions import Besides, Both, Explanation, is_known
from autograder.diagnosis.repair import Repaired
from autograder.model.verdict import CheckVerdict, ExerciseVerdict

NOT_COUNTED = "not counted: no result is right yet"
PRECISION_HINT = (
    "Somewhere on the way a number is float32: torch.tensor(0.5), torch.zeros(n) and torch.sqrt(torch.tensor(d)) are."
    " Use Python's own numbers, math.sqrt, or the dtype of the input (dtype=x.dtype)."
)
_PRECISION = "One point less for precision (−1): float64 goes in, and the result is as exact as float32."
PRECISION_COSTS = 1.0
"""Points of an exercise that float32 on the way costs, once."""


def counted(checks: Sequence[CheckVerdict], properties: frozenset[str]) -> list[CheckVerdict]:
    """The checks, with properties that hold not counted where no check of values passes."""
    if any(check.passed and check.name not in properties for check in checks):
        return list(checks)
    return [
        replace(check, points=0.0, counted=False, reason=NOT_COUNTED)
        if check.passed and check.name in properties
        else check
        for check in checks
    ]


def marked(verdict: ExerciseVerdict, explanation: Explanation | None) -> ExerciseVerdict:
    """The verdict with what is known of its mistakes: the hint, and the points that they leave."""
    if explanation is None:
        return _precise(verdict)
    return by_cost(replace(verdict, hint=explanation.hint, misconception=explanation.name), explanation)


def _precise(verdict: ExerciseVerdict) -> ExerciseVerdict:
    """The verdict without the point that float32 on the way costs, where results were right but for that."""
    if not any(check.imprecise for check in verdict.checks) or not verdict.points:
        return verdict
    points = max(verdict.points - PRECISION_COSTS, 0.0)
    return replace(verdict, points=points, mark=_PRECISION, hint=verdict.hint or PRECISION_HINT)


def by_cost(verdict: ExerciseVerdict, explanation: Explanation) -> ExerciseVerdict:
    """The verdict with the points that its one mistake, or its two, leave.

    A known misconception costs what staff say, however many checks it fails. What the outputs alone tell, or a small
    change that makes the answer right, costs a share of the points, at most what the checks take.
    """
    cost = explanation.cost(verdict.max_points)
    points = verdict.max_points - cost
    if isinstance(explanation, Repaired):
        points = max(explanation.points - cost, 0.0)
    if not _is_exact(explanation) and points <= verdict.points:
        return verdict
    if cost >= verdict.max_points:
        return replace(verdict, points=0.0, mark="Nothing of the idea is there yet.")
    if isinstance(explanation, Repaired) and not explanation.whole:
        mark = f"It would earn {explanation.points:g} with what is small mended (−{explanation.points - points:g})."
        return replace(verdict, points=points, mark=mark)
    several = isinstance(explanation, Both | Besides) or (
        isinstance(explanation, Repaired) and len(explanation.changes) > 1
    )
    mistakes = "more than one mistake" if several else "one mistake"
    return replace(verdict, points=points, mark=f"Right but for {mistakes} (−{verdict.max_points - points:g}).")


def _is_exact(explanation: Explanation) -> bool:
    """Whether a mistake costs what it costs, be it more than the checks take."""
    return is_known(explanation) or explanation.name == f"generic:{IN_PLACE}"
