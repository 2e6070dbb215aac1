"""The course's own solution with one thing changed: what it gives is what a student gives who makes that mistake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Variant:
    """One changed solution, and the sentence for the student whose calls all give what it gives."""

    what: str
    hint: str
    solution: Callable[..., Any]
    number: int = 0
    """Tells those apart that are called the same."""

    @property
    def name(self) -> str:
        """As in a verdict."""
        return f"generic:{self.what}"

    @property
    def key(self) -> str:
        """Another one for each variant of a solution."""
        return f"{self.name}/{self.number}"

    def cost(self, max_points: float) -> float:
        """All: what is told by it changes no points, since without a step of it nothing may be left of the exercise."""
        return max_points
