"""Known wrong solutions, each with its hint."""

from __future__ import annotations

import inspect
import math
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

_Solution = TypeVar("_Solution", bound=Callable[..., Any])


@dataclass(frozen=True)
class Misconception:
    """A wrong solution of `exercise` (a function or a class), with the hint for students who wrote it."""

    exercise: str
    name: str
    hint: str
    solution: Callable[..., Any]
    passes_examples: bool = True
    """False if the visible examples already fail, so that students notice the mistake before they submit."""
    costs: int | Literal["all"] | None = None
    """Points that the mistake costs; by default a third of the exercise's points, rounded up."""

    def cost(self, max_points: float) -> float:
        """Return the points that a fully explained answer loses, in an exercise worth `max_points`."""
        if self.costs == "all":
            return max_points
        return min(float(math.ceil(max_points / 3) if self.costs is None else self.costs), max_points)

    def source(self) -> str:
        """Return the wrong solution's code under the exercise's name, as a student would have written it."""
        text = textwrap.dedent(inspect.getsource(self.solution))
        start = re.search(r"^(def|class) ", text, re.MULTILINE)
        if start is None:
            raise ValueError(f"{self.name}: neither a function nor a class")
        body = text[start.start() :]
        return re.sub(rf"\b{re.escape(self.solution.__name__)}\b", self.exercise, body)


def misconception(
    exercise: str, *, hint: str, passes_examples: bool = True, costs: int | Literal["all"] | None = None
) -> Callable[[_Solution], _Solution]:
    """Mark a function or class as a misconception of `exercise`.

    `costs` are the points that an answer loses if the misconception fully explains it: by default a third of the
    exercise's points, rounded up; "all" if the answer misses the idea of the exercise.

    >>> @misconception("batch_norm", hint="Normalise with the biased variance: divide by N, not N - 1.", costs=4)
    ... def unbiased_variance(x, eps=1e-5):
    ...     return (x - x.mean(0)) / torch.sqrt(x.var(0, unbiased=True) + eps)
    """

    if costs is not None and costs != "all" and not (isinstance(costs, int) and costs > 0):
        raise ValueError(f'costs={costs!r}: write a positive whole number of points, or "all"')

    def mark(solution: _Solution) -> _Solution:
        known = Misconception(exercise, solution.__name__, hint, solution, passes_examples, costs)
        solution.misconception = known  # type: ignore[attr-defined]
        return solution

    return mark
