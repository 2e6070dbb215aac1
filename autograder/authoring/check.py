"""The decorator that makes a pytest function a hidden check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from .translation import sentences_of

_Function = TypeVar("_Function", bound=Callable[..., Any])


def check(
    *, points: float = 1, property: bool = False, precise: bool = False, bonus: bool = False
) -> Callable[[_Function], _Function]:
    """Mark a test function as a hidden check; the first line of its docstring is the sentence that students read.

    >>> @check(points=2)
    ... def test_normalises_with_the_biased_variance(student):
    ...     '''uses the biased variance (divide by N) to normalise a batch
    ...
    ...     zh: 对一个批次归一化时使用有偏方差（除以 N）
    ...     '''

    Lines that begin with the tag of a language, as `zh:`, are its translations.

    Args:
        points: the points of the check; 0 if it only tells the student whether it passes.
        property: whether the check tests a property that wrong results may have too ("leaves its arguments unchanged",
            "raises ValueError", "keeps the dtype"). It must not compare values, and its points count only if a check
            of values passes in the same exercise.
        precise: whether a float64 result with only float32's precision fails the check. Otherwise such a result passes,
            and costs the exercise one point.
        bonus: whether the points are bonus points: they are added on top of the score, and are no part of the maximum.
            Such a check earns its points if it passes, whatever else is wrong, and costs nothing if it fails.

    Raises:
        ValueError: `points` is negative, the function has no docstring, or a translation in it is empty, repeated
            or in an unknown language.
    """
    if not points >= 0:
        raise ValueError(f"points must not be negative: {points}")

    def mark(function: _Function) -> _Function:
        if not (function.__doc__ or "").strip():
            raise ValueError(
                f"{function.__name__}: a check's docstring is the sentence that the student reads; write one"
            )
        sentences_of(function.__doc__, function.__name__)
        mark_of = pytest.mark.check(points=float(points), property=property, precise=precise, bonus=bonus)
        marked: _Function = mark_of(function)
        return marked

    return mark
