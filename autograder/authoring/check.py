"""The mark that makes a pytest function a hidden check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

_Function = TypeVar("_Function", bound=Callable[..., Any])


def check(*, points: float = 1) -> Callable[[_Function], _Function]:
    """Make the function a hidden check worth `points`; the first line of its docstring is what the student reads.

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
        marked: _Function = pytest.mark.check(points=float(points))(function)
        return marked

    return mark
