"""The mark that makes a pytest function a hidden check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

_Function = TypeVar("_Function", bound=Callable[..., Any])


def check(*, points: float = 1, property: bool = False, precise: bool = False) -> Callable[[_Function], _Function]:
    """Make the function a hidden check worth `points`; the first line of its docstring is what the student reads.

    With `property` it is about a property that wrong results may have too ("leaves its arguments unchanged", "raises
    ValueError", "keeps the dtype"). Its points count only where another check of the exercise, one of values, passes,
    and it compares no values itself.

    With `precise` precision is its point: a float64 result that is only as exact as float32 fails it; elsewhere that
    costs one point of the exercise.

    >>> @check(points=2)
    ... def test_normalises_with_the_biased_variance(student):
    ...     '''uses the biased variance (divide by N) to normalise a batch'''

    Raises:
        ValueError: no points, or no docstring.
    """
    if not points > 0:
        raise ValueError(f"a check is worth more than nothing, not {points}")

    def mark(function: _Function) -> _Function:
        if not (function.__doc__ or "").strip():
            raise ValueError(
                f"{function.__name__}: a check's docstring is the sentence that the student reads; write one"
            )
        marked: _Function = pytest.mark.check(points=float(points), property=property, precise=precise)(function)
        return marked

    return mark
