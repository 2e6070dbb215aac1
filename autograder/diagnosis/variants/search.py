"""Searches for the variant of the solution that gives what a student's calls gave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import torch

from ..outputs import Call, OtherKind, copy_of, is_wrong, pairs_of, tensors_of
from .arguments import of_arguments
from .left_out import LeftOut, left_out
from .results import of_results
from .slips import SECOND, of_slips
from .variant import Variant

MOST_FIRST = 3
"""The number of wrong calls, the smallest ones, that are tried before a variant runs through all checks."""
MOST_WHOLE = 25
"""The maximum number of variants that run through all checks."""
MOST_SECOND = 4
"""The maximum number of variants of a known mistake that run through all checks."""
LARGEST = 50_000
"""The maximum number of elements in the arguments of a call that is tried first."""


def fitting(
    solution: Any,
    calls: Sequence[Call],
    fits: Callable[[Variant | LeftOut], bool],
    most_first: int = MOST_FIRST,
    is_mistaken: bool = False,
) -> Variant | LeftOut | None:
    """Return the first variant that gives what the calls gave; None if there is none.

    Args:
        solution: the course's own, or a known mistake.
        calls: the student's calls, each with its result and the right one.
        fits: returns whether a variant gives the same in all checks, backward passes included.
        most_first: the number of wrong calls that must agree before `fits` is called.
        is_mistaken: whether the solution is a known mistake, of which fewer variants are tried.
    """
    first = _first(calls)[:most_first]
    if not first:
        return None
    left = MOST_SECOND if is_mistaken else MOST_WHOLE
    for variant in _variants(solution, calls, first[0], SECOND if is_mistaken else frozenset()):
        if all(_gives(variant, call) for call in first):
            if fits(variant):
                return variant
            left -= 1
            if not left:
                break
    return None


def _variants(
    solution: Any, calls: Sequence[Call], wrong: Call, operators: frozenset[str]
) -> Iterator[Variant | LeftOut]:
    given = [call.arguments for call in calls if call.arguments]
    return chain(
        left_out(solution, [list(arguments.values()) for arguments in given]),
        of_arguments(solution, given),
        of_results(solution, wrong.right[0]),
        of_slips(solution, operators),
    )


def _first(calls: Sequence[Call]) -> list[Call]:
    """Return the smallest calls with wrong results, or those with wrong gradients if all results are right."""
    values: list[Call] = []
    before: list[Call] = []
    latest: Call | None = None
    for call in calls:
        if call.given is not None:
            latest = call if call.arguments and isinstance(call.right, tuple) else None
        if latest is None or not isinstance(latest.mine, tuple) or not is_wrong(call):
            continue
        (values if call is latest else before).append(latest)
    found = [call for call in values or before if _size(call) <= LARGEST]
    return sorted(found, key=_size)[:MOST_FIRST]


def _size(call: Call) -> int:
    return sum(item.numel() for item in tensors_of(call))


def _gives(variant: Variant | LeftOut, call: Call) -> bool:
    """Return whether the variant gives the same values as the student's code."""
    given = {name: copy_of(value) for name, value in call.arguments.items()}
    try:
        with torch.no_grad():
            value = variant.solution(**given)
        return all(pair.agrees for pair in pairs_of(Call(call.given, (value, None), call.mine)))
    except OtherKind:
        return False
    except Exception:  # a variant may raise any exception
        return False
