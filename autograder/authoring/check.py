"""The decorator that makes a pytest function a hidden check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

_Function = TypeVar("_Function", bound=Callable[..., Any])


def check(*, points: float = 1, property: bool = False, precise: bool = False) -> Callable[[_Function], _Function]:
    """Mark a test function as a hidden check; the first line of its docstring is the sentence that students read.

    >>> @check(points=2)
    ... def test_normalises_with_the_biased_variance(student):
    ...     '''uses the biased variance (divide by N) to normalise a batch'''

    Args:
        points: the points of the check.
        property: whether the check tests a property that wrong results may have too ("leaves its arguments unchanged",
            "raises ValueError", "keeps the dtype"). It must not compare values, and its points count only if a check
            of values passes in the same exercise.
        precise: whether a float64 result with only float32's precision fails the check. Otherwise such a result passes,
            and costs the exercise one point.

    Raises:
        ValueError: `points` is not positive, or the function has no docstring.
    """
    if not points > 0:
        raise ValueError(f"points must be positive, not {points}")

    def mark(function: _Function) -> _Function:
        if not (function.__doc__ or "").strip():
            raise ValueError(
                f"{function.__name__}: a check's docstring is the sentence that the student reads; write one"
            )
        marked: _Function = pytest.mark.check(points=float(points), property=property, precise=precise)(function)
        return marked

    return mark
