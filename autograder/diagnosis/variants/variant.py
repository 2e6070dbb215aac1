"""A variant of the course's own solution with one change, which gives what a student with that mistake gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.language import gettext


@dataclass(frozen=True)
class Variant:
    """One changed solution, and the sentence for students whose calls all give the same.

    `text` is the sentence in English, a template in the catalogues, and `values` its values.
    """

    what: str
    text: str
    solution: Callable[..., Any]
    number: int = 0
    """A number that distinguishes variants with the same name."""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def hint(self) -> str:
        """Return the sentence in the student's language."""
        return gettext(self.text, **self.values)

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return f"generic:{self.what}"

    @property
    def key(self) -> str:
        """Return a name that is unique among the variants of a solution."""
        return f"{self.name}/{self.number}"

    def cost(self, max_points: float) -> float:
        """Return all points: a variant changes no points, since its change may leave nothing of the exercise."""
        return max_points
