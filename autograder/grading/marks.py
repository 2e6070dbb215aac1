"""What an exercise earns: a mistake that explains all that went wrong costs once, however many checks it fails."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from autograder.authoring import Misconception
from autograder.diagnosis.experiments import IN_PLACE, cost_of
from autograder.diagnosis.explanations import Besides, Both, CutOff, Explanation, OnceItRuns, Partly, Twofold, is_known
from autograder.diagnosis.repair import IDEA, SLIP, Repaired
from autograder.diagnosis.variants import Variant
from autograder.model.verdict import CheckVerdict, ExerciseVerdict

NOT_COUNTED = "not counted: no result is right yet"
PRECISION_HINT = (
    "Somewhere on the way a number is float32: torch.tensor(0.5), torch.zeros(n) and torch.sqrt(torch.tensor(d)) are."
    " Use Python's own numbers, math.sqrt, or the dtype of the input (dtype=x.dtype)."
)
_PRECISION = "One point less for precision (−1): float64 goes in, and the result is as exact as float32."
_SHARED = "Of the checks that fail, each after the first costs half."
_LEAST = "A mistake costs at least what a slip does"
_RAISED = re.compile(r"your code raised (\w+) \((cell \d+, line \d+)\)")
PARTLY_RIGHT = 0.15
"""So much of the points for values an answer must earn to be right in part."""
PRECISION_COSTS = 1.0
"""Points of an exercise that float32 on the way costs, once."""


def by_part(
    checks: Sequence[CheckVerdict], properties: frozenset[str], parts: Mapping[str, Mapping[str, bool]]
) -> list[CheckVerdict]:
    """The checks, with those that compare several results, of which one is wrong, worth the share of those right.

    A result counts where it is right in each check of values that fails. What a share earns is rounded down to half
    points.

    Args:
        checks: what they gave.
        properties: the names of those that are about no values.
        parts: by check, whether each result is right, by its name.
    """
    failing = [check for check in checks if not check.passed and check.name not in properties]
    found = []
    for check in checks:
        mine = parts.get(check.name, {}) if check in failing else {}
        right = [name for name in mine if all(parts.get(other.name, {}).get(name) for other in failing)]
        points = math.floor(2 * check.max_points * len(right) / len(mine)) / 2 if right else 0.0
        if points:
            reason = f"{check.reason}; right, and counted: {', '.join(right)}"
            check = replace(check, points=points, reason=reason)
        found.append(check)
    return found


def counted(checks: Sequence[CheckVerdict], properties: frozenset[str]) -> list[CheckVerdict]:
    """The checks, with properties that hold not counted where no check of values earns anything."""
    if any(check.points and check.name not in properties for check in checks):
        return list(checks)
    return [
        replace(check, points=0.0, counted=False, reason=NOT_COUNTED)
        if check.passed and check.name in properties
        else check
        for check in checks
    ]


def is_half_right(checks: Sequence[CheckVerdict], properties: frozenset[str]) -> bool:
    """Whether checks of values earn half of their points."""
    values = [check for check in checks if check.name not in properties]
    return 2 * sum(check.points for check in values) >= sum(check.max_points for check in values) > 0


def marked(
    verdict: ExerciseVerdict, known: Explanation | None, repaired: Repaired | None, properties: frozenset[str]
) -> ExerciseVerdict:
    """The verdict with what is known of its mistakes: the points that they leave, the hint, and how it came about.

    Args:
        verdict: by its checks.
        known: what explains the results.
        repaired: the small changes that make the answer right, where it is not a known mistake.
        properties: the names of the checks that are about no values.
    """
    verdict = _by_checks(verdict, properties)
    for explanation in (known, repaired):
        points, mark = _by_cost(verdict.max_points, explanation) if explanation else (0.0, "")
        if _is_twofold(explanation) and not verdict.points:
            continue  # a step more or less beside a mistake may be all that there is, as in what returns its argument
        if explanation and (_is_exact(explanation) or points > verdict.points):
            verdict = replace(verdict, points=points, mark=mark)
    at_most = verdict.max_points if repaired and repaired.whole else _at_most(verdict.max_points, known)
    if verdict.points > at_most:
        verdict = replace(verdict, points=at_most, mark=f"One of the mistakes costs {verdict.max_points - at_most:g}.")
    if known and repaired and repaired.whole:  # the one says what is wrong, the other where
        return replace(verdict, hint=f"{known.hint} {repaired.place}", misconception=known.name)
    if found := known or repaired:
        return replace(verdict, hint=found.hint, misconception=found.name)
    return verdict if verdict.hint else replace(verdict, hint=_same_end(verdict.checks))


def _same_end(checks: Sequence[CheckVerdict]) -> str:
    """Where all that fails ends with an exception at the same place: which, once; empty where it does not."""
    failing = [check.reason for check in checks if not check.passed]
    places = {found.groups() for reason in failing if (found := _RAISED.match(reason))}
    if len(failing) < 2 or len(places) != 1 or not all(map(_RAISED.match, failing)):
        return ""
    [(kind, place)] = places
    return f"All that fails ends at the same place, {place}, with {kind}: begin there."


def _by_checks(verdict: ExerciseVerdict, properties: frozenset[str]) -> ExerciseVerdict:
    """The points of the checks, less what float32 on the way costs.

    In an answer that is right in part, of the checks of values that fail each after the first costs half, since most
    fail by the same mistake; and a mistake in values, or in properties, costs at least what a slip does.
    """
    points = sum(check.points for check in verdict.checks)
    values = [check for check in verdict.checks if check.name not in properties]
    failing = [check.max_points - check.points for check in values if not check.passed]
    lost = sum(check.max_points for check in verdict.checks if check.name in properties and not check.passed)
    mark, hint = "", ""
    right = sum(check.points for check in values)
    if right and right >= PARTLY_RIGHT * sum(check.max_points for check in values):
        least = round(2 * SLIP * verdict.max_points) / 2
        shared = (sum(failing) + max(failing)) / 2 if failing else 0.0
        costs = [max(cost, least) for cost in (shared, lost) if cost]
        left = verdict.max_points - sum(costs)
        if left != points:
            mark = _SHARED if left > points else f"{_LEAST} (−{sum(costs):g})."
            points = max(left, 0.0)
    if points and any(check.imprecise for check in verdict.checks):
        points, mark = max(points - PRECISION_COSTS, 0.0), f"{mark} {_PRECISION}".strip()
        if not failing:  # another mistake, as an eps in the wrong place, may be what makes the digits wrong
            hint = PRECISION_HINT
    return replace(verdict, points=points, mark=mark, hint=hint, misconception="")


def _by_cost(max_points: float, explanation: Explanation) -> tuple[float, str]:
    """The points that mistakes leave, and the sentence for the student.

    A known misconception costs what staff say, however many checks it fails. What the outputs alone tell, or a small
    change that makes the answer right, costs a share of the points.
    """
    cost = explanation.cost(max_points)
    if cost >= max_points:
        return 0.0, "Nothing of the idea is there yet."
    if not isinstance(explanation, Repaired):
        is_one = not isinstance(explanation, Both | Twofold | CutOff | Besides | OnceItRuns)
        mistakes = "one mistake" if is_one else "more than one mistake"
        return max_points - cost, f"Right but for {mistakes} (−{cost:g})."
    points = max(explanation.points - cost, 0.0)
    if not explanation.whole:
        return points, f"With a small change it would earn {explanation.points:g}; the change costs {cost:g}."
    mistakes = "one mistake" if len(explanation.changes) == 1 else "two mistakes"
    return points, f"Right but for {mistakes} (−{max_points - points:g})."


def _at_most(max_points: float, explanation: Explanation | None) -> float:
    """The points that are left beside a mistake which explains a part of what is wrong, however few checks see it."""
    values = explanation.values if isinstance(explanation, Partly) else explanation
    if isinstance(values, Twofold):
        values = values.known
    if isinstance(values, Misconception) and values.costs != "all":  # of which a part says little
        return max_points - values.cost(max_points)
    return max_points - cost_of(IDEA, max_points) if isinstance(values, Variant) else max_points


def _is_twofold(explanation: Explanation | None) -> bool:
    """Whether it is a known mistake and one more thing that nobody has written down."""
    if isinstance(explanation, OnceItRuns):
        explanation = explanation.results
    return isinstance(explanation.values if isinstance(explanation, Besides) else explanation, Twofold)


def _is_exact(explanation: Explanation) -> bool:
    """Whether a mistake costs what it costs, be it more than the checks take."""
    return is_known(explanation) or explanation.name == f"generic:{IN_PLACE}"
