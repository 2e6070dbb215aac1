"""Known wrong solutions, each with its hint, and alternative right ones that call other exercises."""

from __future__ import annotations

import inspect
import math
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from .translation import texts_of

_Solution = TypeVar("_Solution", bound=Callable[..., Any])


@dataclass(frozen=True)
class Misconception:
    """A wrong solution of `exercise` (a function or a class), with the hint for students who wrote it."""

    exercise: str
    name: str
    hint: str
    """In English."""
    solution: Callable[..., Any]
    passes_examples: bool = True
    """False if the visible examples already fail, so that students notice the mistake before they submit."""
    costs: int | Literal["all"] | None = None
    """Points that the mistake costs; by default a third of the exercise's points, rounded up."""
    hints: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The hint by language, where it is given in several."""

    def hint_in(self, language: str) -> str:
        """Return the hint in a language, or the English one if it is not translated."""
        return self.hints.get(language, self.hint)

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
    exercise: str,
    *,
    hint: str | Mapping[str, str],
    passes_examples: bool = True,
    costs: int | Literal["all"] | None = None,
) -> Callable[[_Solution], _Solution]:
    """Mark a function or class as a misconception of `exercise`.

    `hint` is in English, or maps languages to texts. `costs` are the points that an answer loses if the misconception
    fully explains it: by default a third of the exercise's points, rounded up; "all" if the answer misses the idea of
    the exercise.

    >>> @misconception("batch_norm", hint="Normalise with the biased variance: divide by N, not N - 1.", costs=4)
    ... def unbiased_variance(x, eps=1e-5):
    ...     return (x - x.mean(0)) / torch.sqrt(x.var(0, unbiased=True) + eps)

    Raises:
        ValueError: `costs` is not a positive number of points, or a mapping of hints has an unknown language, an empty
            text or none in English.
    """

    if costs is not None and costs != "all" and not (isinstance(costs, int) and costs > 0):
        raise ValueError(f'costs={costs!r}: write a positive whole number of points, or "all"')

    def mark(solution: _Solution) -> _Solution:
        hints = texts_of(hint, f"the hint of {solution.__name__}")
        known = Misconception(exercise, solution.__name__, hints["en"], solution, passes_examples, costs, hints)
        solution.misconception = known  # type: ignore[attr-defined]
        return solution

    return mark


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
