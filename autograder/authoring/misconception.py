"""Known wrong solutions, each with the hint it deserves."""

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
    """A wrong solution of `exercise` (a function or a class) and the hint for the student who wrote it."""

    exercise: str
    name: str
    hint: str
    solution: Callable[..., Any]
    passes_examples: bool = True
    """False where the visible examples already fail, so that the student is told before submitting."""
    costs: int | Literal["all"] | None = None
    """What the mistake is worth, in points of the exercise; by default a third of them, rounded up."""

    def cost(self, max_points: float) -> float:
        """The points that an answer loses which this explains wholly, of an exercise worth `max_points`."""
        if self.costs == "all":
            return max_points
        return min(float(math.ceil(max_points / 3) if self.costs is None else self.costs), max_points)

    def source(self) -> str:
        """Its code, under the exercise's own name, as a student would have written it."""
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

    `costs` are the points that an answer loses which it explains wholly: by default a third of the exercise's, rounded
    up; "all" where nothing of the idea is left.

    >>> @misconception("batch_norm", hint="Normalise with the biased variance: divide by N, not N - 1.", costs=4)
    ... def unbiased_variance(x, eps=1e-5):
    ...     return (x - x.mean(0)) / torch.sqrt(x.var(0, unbiased=True) + eps)
    """

    if costs is not None and costs != "all" and not (isinstance(costs, int) and costs > 0):
        raise ValueError(f'costs={costs!r}: write whole points above 0, or "all"')

    def mark(solution: _Solution) -> _Solution:
        known = Misconception(exercise, solution.__name__, hint, solution, passes_examples, costs)
        solution.misconception = known  # type: ignore[attr-defined]
        return solution

    return mark
