"""Looks for the changed solution that gives what a student's calls gave."""

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
"""So many wrong calls, the smallest, are tried before a variant goes through all checks."""
MOST_WHOLE = 25
"""So many variants go through all checks at most."""
MOST_SECOND = 4
"""And of what a known mistake gives with one more thing changed."""
LARGEST = 50_000
"""Calls with more numbers are not tried first."""


def fitting(
    solution: Any,
    calls: Sequence[Call],
    fits: Callable[[Variant | LeftOut], bool],
    most_first: int = MOST_FIRST,
    is_mistaken: bool = False,
) -> Variant | LeftOut | None:
    """The first changed solution that gives what the calls gave; None where there is none.

    Args:
        solution: the course's own.
        calls: what the student's code gave beside it.
        fits: whether a changed solution gives the same in all checks, backward passes and all.
        most_first: so many wrong calls must agree before that is asked.
        is_mistaken: whether the solution is a known mistake, of which less is tried.
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
    """The smallest calls that gave what is wrong; where only gradients are, those that they belong to."""
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
    """Whether the variant gives what the student's code gave, as far as values go."""
    given = {name: copy_of(value) for name, value in call.arguments.items()}
    try:
        with torch.no_grad():
            value = variant.solution(**given)
        return all(pair.agrees for pair in pairs_of(Call(call.given, (value, None), call.mine)))
    except OtherKind:
        return False
    except Exception:  # a changed solution may fail in any way
        return False
