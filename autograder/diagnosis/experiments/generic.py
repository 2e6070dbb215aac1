"""A mistake that nobody has written down: its name, its sentence and its cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

IN_PLACE = "in-place"


@dataclass(frozen=True)
class Generic:
    """A mistake that was found from the outputs, and the sentence for the student."""

    rule: str
    hint: str

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return f"generic:{self.rule}"

    @property
    def has_share(self) -> bool:
        """Return whether it explains the results regardless of how many checks fail, and so has a cost of its own."""
        return self.rule in _SHARES

    def cost(self, max_points: float) -> float:
        """Return the maximum cost: all points if only the checks can tell, since each tests another input."""
        return min(cost_of(_SHARES.get(self.rule, 1), max_points), max_points)


def cost_of(share: float, max_points: float) -> float:
    """Return a share of an exercise's points, rounded to whole points, at least one."""
    return max(1.0, math.floor(max_points * share + 0.5))


_SHARES = {
    IN_PLACE: 0.2,
    "dtype": 0.15,
    "shape": 0.25,
    "sign": 1 / 3,
    "factor": 1 / 3,
    "reduction": 1 / 3,
    "offset": 1 / 3,
    "transposed": 1 / 3,
    "square-only": 1 / 3,
    "one-sample-only": 1 / 3,
}
"""The share of an exercise's points that a mistake costs that explains all outputs: a slip, or a wrong idea."""
