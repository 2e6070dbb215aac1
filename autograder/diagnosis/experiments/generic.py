"""A mistake that nobody has written down: its name, its sentence and what it costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

IN_PLACE = "in-place"


@dataclass(frozen=True)
class Generic:
    """A mistake told from the outputs, and the sentence for the student."""

    rule: str
    hint: str

    @property
    def name(self) -> str:
        """As in a verdict."""
        return f"generic:{self.rule}"

    @property
    def has_share(self) -> bool:
        """Whether it explains the results however many checks fail, and so has a cost of its own."""
        return self.rule in _SHARES

    def cost(self, max_points: float) -> float:
        """What such a mistake costs at most: all where only the checks can tell, since each is about another input."""
        return min(cost_of(_SHARES.get(self.rule, 1), max_points), max_points)


def cost_of(share: float, max_points: float) -> float:
    """What a share of an exercise's points comes to: whole points, one at least."""
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
"""The share of an exercise's points that a mistake costs which explains all outputs: a slip, or a wrong idea."""
