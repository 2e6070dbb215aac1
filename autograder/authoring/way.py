"""Alternative right solutions that call other exercises of the notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

_Solution = TypeVar("_Solution", bound=Callable[..., Any])


def way(exercise: str) -> Callable[[_Solution], _Solution]:
    """Mark a function or class in solutions/<ps>/ways.py as a solution of `exercise` that calls other exercises.

    It can use the names of the problem set's solutions, as in the notebook. If a student's version of such an exercise
    is wrong, an answer that this solution gives with the student's version still earns its points.

    >>> @way("instance_norm")
    ... def by_batch_norm(x, weight, bias, eps=1e-5):
    ...     return torch.stack([batch_norm(sample[None], weight, bias, eps)[0] for sample in x])
    """

    def mark(solution: _Solution) -> _Solution:
        solution.way_of = exercise  # type: ignore[attr-defined]
        return solution

    return mark
