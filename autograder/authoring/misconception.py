"""Known wrong solutions, each with the hint it deserves."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

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

    def source(self) -> str:
        """Its code, under the exercise's own name, as a student would have written it."""
        text = textwrap.dedent(inspect.getsource(self.solution))
        start = re.search(r"^(def|class) ", text, re.MULTILINE)
        if start is None:
            raise ValueError(f"{self.name}: neither a function nor a class")
        body = text[start.start() :]
        return re.sub(rf"\b{re.escape(self.solution.__name__)}\b", self.exercise, body)


def misconception(exercise: str, *, hint: str, passes_examples: bool = True) -> Callable[[_Solution], _Solution]:
    """Mark a function or class as a misconception of `exercise`.

    >>> @misconception("batch_norm", hint="Normalise with the biased variance: divide by N, not N - 1.")
    ... def unbiased_variance(x, eps=1e-5):
    ...     return (x - x.mean(0)) / torch.sqrt(x.var(0, unbiased=True) + eps)
    """

    def mark(solution: _Solution) -> _Solution:
        known = Misconception(exercise, solution.__name__, hint, solution, passes_examples)
        solution.misconception = known  # type: ignore[attr-defined]
        return solution

    return mark
