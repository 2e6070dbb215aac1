"""Computes an exercise's points: a mistake that explains everything costs once, however many checks it fails."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from autograder.authoring import Misconception
from autograder.diagnosis.experiments import IN_PLACE, cost_of
from autograder.diagnosis.explanations import (
    Besides,
    Both,
    CutOff,
    Explanation,
    OnceItRuns,
    Partly,
    Twofold,
    hint_of,
    is_known,
)
from autograder.diagnosis.repair import IDEA, SLIP, Repaired
from autograder.diagnosis.variants import Variant
from autograder.jail.inside.wire import HIDDEN
from autograder.language import from_jail, gettext, gettext_noop, joined
from autograder.model.submission import Exercise
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, own
from autograder.notebook.rules import insides, listed, outside

NOT_COUNTED = gettext_noop("not counted: no result is right yet")
PRECISION_HINT = gettext_noop(
    "The last digits are lost, as where a number on the way is float32: torch.tensor(0.5), torch.zeros(n) and"
    " torch.sqrt(torch.tensor(d)) are. Use Python's own numbers, math.sqrt, or the dtype of the input (dtype=x.dtype)."
    " If no number is float32, compare the small constants, such as eps, with the text."
)
_PRECISION = gettext_noop("One point less for precision (−1): float64 goes in, and the result is as exact as float32.")
_SHARED = gettext_noop("Of the checks that fail, each after the first costs half.")
PARTLY_RIGHT = 0.15
"""Share of the points for values from which an answer is partly right."""
PRECISION_COSTS = 1.0
"""Points of an exercise that float32 precision costs, once."""


def by_part(
    checks: Sequence[CheckVerdict], properties: frozenset[str], parts: Mapping[str, Mapping[str, bool]]
) -> list[CheckVerdict]:
    """Return the checks with partial points where only some of several results are right.

    A result counts if it is right in each failing check of values. Partial points are rounded down to half points.
    Checks of bonus points earn all of theirs or none.

    Args:
        checks: the results of the checks.
        properties: the names of the checks of properties.
        parts: by check, whether each result is right, by its name.
    """
    failing = [check for check in own(checks) if not check.passed and check.name not in properties]
    found = []
    for check in checks:
        mine = parts.get(check.name, {}) if check in failing else {}
        right = [name for name in mine if all(parts.get(other.name, {}).get(name) for other in failing)]
        points = math.floor(2 * check.max_points * len(right) / len(mine)) / 2 if right else 0.0
        if points:
            names = ", ".join(right)
            reason = gettext("{reason}; right, and counted: {names}", reason=check.reason, names=names)
            check = replace(check, points=points, reason=reason)
        found.append(check)
    return found


def counted(checks: Sequence[CheckVerdict], properties: frozenset[str]) -> list[CheckVerdict]:
    """Return the checks; passing checks of properties are not counted if no check of values earns points.

    Bonus points show only for properties that earn bonus points themselves that a value is right.
    """
    right = [check for check in checks if check.points and check.name not in properties]
    counts = {False: any(not check.bonus for check in right), True: bool(right)}
    return [
        replace(check, points=0.0, counted=False, reason=gettext(NOT_COUNTED))
        if check.passed and check.name in properties and not counts[check.bonus]
        else check
        for check in checks
    ]


def telling(checks: Sequence[CheckVerdict]) -> list[CheckVerdict]:
    """Return the checks by which a wrong answer is explained: all, but without those of bonus points if others fail.

    So what costs points is the same with checks of bonus points and without them.
    """
    mine = own(checks)
    return list(checks) if all(check.flawless for check in mine) else mine


def is_half_right(checks: Sequence[CheckVerdict], properties: frozenset[str]) -> bool:
    """Return whether checks of values earn at least half of their points; bonus points count if there are no others."""
    values = [check for check in own(checks) or checks if check.name not in properties]
    return 2 * sum(check.points for check in values) >= sum(check.max_points for check in values) > 0


def marked(
    verdict: ExerciseVerdict,
    known: Explanation | None,
    repaired: Repaired | None,
    properties: frozenset[str],
    places: Mapping[str, tuple[str, int, int]] = {},
) -> ExerciseVerdict:
    """Return the verdict with its points, its hint and a remark on how the points were computed.

    No mistake costs bonus points, and these make up for no mistake.

    Args:
        verdict: the verdict with the sum of its checks.
        known: the explanation of the results, if any.
        repaired: small changes that make the answer right, if it is no known mistake.
        properties: the names of the checks of properties.
        places: by check that ended with an exception raised by student code: its class, and the cell and line.
    """
    mine = own(verdict.checks)
    if all(check.flawless for check in mine):  # only bonus points are missing
        if known:
            return replace(verdict, hint=hint_of(known), misconception=known.name)
        return replace(verdict, hint=_same_end(verdict.checks, places), misconception="")
    found = _marked(replace(verdict, checks=mine), known, repaired, properties, places)
    return replace(found, checks=verdict.checks)


def _marked(
    verdict: ExerciseVerdict,
    known: Explanation | None,
    repaired: Repaired | None,
    properties: frozenset[str],
    places: Mapping[str, tuple[str, int, int]],
) -> ExerciseVerdict:
    verdict = _by_checks(verdict, properties)
    for explanation in (known, repaired):
        points, mark = _by_cost(verdict.max_points, explanation) if explanation else (0.0, "")
        if _is_twofold(explanation) and not verdict.points:
            continue  # without points the mistake and the changed step may be all that the answer has, e.g. `return x`
        if explanation and (_is_exact(explanation) or points > verdict.points):
            verdict = replace(verdict, points=points, mark=mark)
    at_most = verdict.max_points if repaired and repaired.whole else _at_most(verdict.max_points, known)
    if verdict.points > at_most:
        mark = gettext("One of the mistakes costs {cost}.", cost=f"{verdict.max_points - at_most:g}")
        verdict = replace(verdict, points=at_most, mark=mark)
    if known and repaired and repaired.whole:  # `known` says what is wrong, `repaired` where
        return replace(verdict, hint=joined(hint_of(known), repaired.place), misconception=known.name)
    if found := known or repaired:
        return replace(verdict, hint=hint_of(found), misconception=found.name)
    return verdict if verdict.hint else replace(verdict, hint=_same_end(verdict.checks, places))


def _same_end(checks: Sequence[CheckVerdict], places: Mapping[str, tuple[str, int, int]]) -> str:
    """Return the hint that all failing checks end with an exception at the same place; empty if they do not."""
    ends = [places.get(check.name) for check in checks if not check.passed]
    if len(ends) < 2 or ends[0] is None or len(set(ends)) != 1:
        return ""
    kind, cell, line = ends[0]
    return gettext(
        "All that fails ends at the same place, cell {cell}, line {line}, with {error}: begin there.",
        cell=cell,
        line=line,
        error=kind,
    )


def _by_checks(verdict: ExerciseVerdict, properties: frozenset[str]) -> ExerciseVerdict:
    """Return the verdict with the points of its checks, minus the cost of float32 precision.

    In a partly right answer each failing check of values after the first costs half, since most fail by one mistake.
    A mistake in values or in properties costs at least as much as a slip.
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
            at_least = gettext("A mistake costs at least what a slip does (−{cost}).", cost=f"{sum(costs):g}")
            mark = gettext(_SHARED) if left > points else at_least
            points = max(left, 0.0)
    if points and any(check.imprecise for check in verdict.checks):
        points, mark = max(points - PRECISION_COSTS, 0.0), joined(mark, gettext(_PRECISION))
        if not failing:  # another mistake, such as a misplaced eps, may be the cause of the wrong digits
            hint = gettext(PRECISION_HINT)
    return replace(verdict, points=points, mark=mark, hint=hint, misconception="")


def _by_cost(max_points: float, explanation: Explanation) -> tuple[float, str]:
    """Return the points that remain after the explained mistakes, and the sentence for the student.

    A known misconception costs what staff specify, however many checks it fails. A mistake that is found from the
    outputs alone, or by a small change that makes the answer right, costs a share of the points.
    """
    cost = explanation.cost(max_points)
    if cost >= max_points:
        return 0.0, gettext("Nothing of the idea is there yet.")
    if not isinstance(explanation, Repaired):
        is_one = not isinstance(explanation, Both | Twofold | CutOff | Besides | OnceItRuns)
        if is_one:
            return max_points - cost, gettext("Right but for one mistake (−{cost}).", cost=f"{cost:g}")
        return max_points - cost, gettext("Right but for more than one mistake (−{cost}).", cost=f"{cost:g}")
    points = max(explanation.points - cost, 0.0)
    if not explanation.whole:
        numbers = {"points": f"{explanation.points:g}", "cost": f"{cost:g}"}
        return points, gettext("With a small change it would earn {points}; the change costs {cost}.", **numbers)
    lost = f"{max_points - points:g}"
    if len(explanation.changes) == 1:
        return points, gettext("Right but for one mistake (−{cost}).", cost=lost)
    return points, gettext("Right but for two mistakes (−{cost}).", cost=lost)


def _at_most(max_points: float, explanation: Explanation | None) -> float:
    """Return the most points that a partly explained answer can have, however few checks fail."""
    values = explanation.values if isinstance(explanation, Partly) else explanation
    if isinstance(values, Twofold):
        values = values.known
    if isinstance(values, Misconception) and values.costs != "all":  # a part of one that costs all says little
        return max_points - values.cost(max_points)
    return max_points - cost_of(IDEA, max_points) if isinstance(values, Variant) else max_points


def _is_twofold(explanation: Explanation | None) -> bool:
    """Return whether it is a known mistake together with an unknown change."""
    if isinstance(explanation, OnceItRuns):
        explanation = explanation.results
    return isinstance(explanation.values if isinstance(explanation, Besides) else explanation, Twofold)


def _is_exact(explanation: Explanation) -> bool:
    """Return whether the mistake's cost is final, even if it is more than the failing checks cost."""
    return is_known(explanation) or explanation.name == f"generic:{IN_PLACE}"


def refused(exercise: Exercise, called: Sequence[str], sources: Sequence[str]) -> str:
    """Return a sentence on an exercise's forbidden calls, `called` or found in `sources`; empty if there are none."""
    if exercise.vocabulary.everything:
        return ""
    hidden = [name for name in called if name.startswith(HIDDEN)]
    called = [name for name in called if name not in hidden]
    uses = outside(sources, exercise.name, exercise.vocabulary, exercise.elsewhere)
    if names := listed(uses) if uses else ", ".join(sorted(called)[:5]):
        return gettext(
            "{exercise} must not call {names}: it is not in the vocabulary of this exercise, write out what it does",
            exercise=exercise.name,
            names=names,
        )
    if hiding := insides(sources):
        return gettext(
            "{exercise} cannot be graded beside {names}, which may hide what it calls: take that out",
            exercise=exercise.name,
            names=", ".join(sorted(hiding)[:5]),
        )
    if hidden:
        return gettext(
            "{exercise} cannot be graded: something in the notebook hides from the grader what it calls ({how}); take"
            " that out",
            exercise=exercise.name,
            how=from_jail.hidden(hidden[0].removeprefix(HIDDEN)[:100]),
        )
    return ""
