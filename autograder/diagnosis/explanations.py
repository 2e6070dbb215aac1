"""What explains an answer: a misconception, two, one beside properties that fail, or what was found by trying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from autograder.authoring import Misconception

from .experiments import CUT_OFF, Generic, cost_of
from .repair import IDEA, Repaired
from .variants import LeftOut, Variant

CUT_OFF_SHARE = 1 / 3
"""The share of an exercise's points that a result costs which is cut off from the graph."""


@dataclass(frozen=True)
class Both:
    """Two misconceptions at once."""

    first: Misconception
    second: Misconception

    @property
    def name(self) -> str:
        """As in a verdict."""
        return f"{self.first.name} + {self.second.name}"

    @property
    def hint(self) -> str:
        """Both hints."""
        return f"{self.first.hint} And besides: {self.second.hint}"

    def cost(self, max_points: float) -> float:
        """What both cost together."""
        return min(self.first.cost(max_points) + self.second.cost(max_points), max_points)


@dataclass(frozen=True)
class Twofold:
    """A misconception, and one more thing that is changed beside it."""

    known: Misconception
    besides: LeftOut | Variant

    @property
    def name(self) -> str:
        """As in a verdict."""
        return f"{self.known.name} + {self.besides.name}"

    @property
    def hint(self) -> str:
        """Both hints."""
        other = self.besides.hint
        return f"Two things are wrong. {self.known.hint} But for that: {other[:1].lower()}{other[1:]}"

    def cost(self, max_points: float) -> float:
        """What both cost together."""
        return min(self.known.cost(max_points) + cost_of(IDEA, max_points), max_points)


@dataclass(frozen=True)
class CutOff:
    """A mistake in the values, and a result that is cut off from the graph besides."""

    values: Misconception | LeftOut | Variant | Generic

    @property
    def name(self) -> str:
        """As in a verdict."""
        return f"{self.values.name} + generic:detached"

    @property
    def hint(self) -> str:
        """Both hints."""
        return f"{self.values.hint} And besides: the result {CUT_OFF}"

    def cost(self, max_points: float) -> float:
        """What both cost together; of what nobody has written down the checks tell what it is worth."""
        if not isinstance(self.values, Misconception):
            return max_points
        return min(self.values.cost(max_points) + cost_of(CUT_OFF_SHARE, max_points), max_points)


@dataclass(frozen=True)
class Besides:
    """What explains all values, and properties that fail besides, for themselves."""

    values: Misconception | Both | CutOff | Twofold | LeftOut | Variant | Generic
    lost: float
    """The points of these properties."""

    @property
    def name(self) -> str:
        """As in a verdict."""
        return self.values.name

    @property
    def hint(self) -> str:
        """The hint for the values; the failed checks speak for themselves."""
        return self.values.hint

    def cost(self, max_points: float) -> float:
        """What both cost together."""
        return min(self.values.cost(max_points) + self.lost, max_points)


@dataclass(frozen=True)
class Partly:
    """What explains most of what is wrong, not all."""

    values: Misconception | LeftOut | Variant
    rest: str = ""
    """What is said of what it does not explain, if anything is known of that."""

    @property
    def name(self) -> str:
        """As in a verdict."""
        return f"partly:{self.values.name}"

    @property
    def hint(self) -> str:
        """The hint for most of it."""
        return f"{self.values.hint} {self.rest or 'Something else is wrong besides.'}"

    def cost(self, max_points: float) -> float:
        """All: it changes no points."""
        return max_points


@dataclass(frozen=True)
class OnceItRuns:
    """A small change without which the answer gives no result, and what explains the results with it."""

    change: Repaired
    results: Misconception | Both | Twofold | CutOff | Besides | LeftOut | Variant | Generic

    @property
    def name(self) -> str:
        """As in a verdict."""
        return f"{self.results.name} + {self.change.name}"

    @property
    def hint(self) -> str:
        """Where it ends, and the hint for what it would give."""
        return f"It gives no result as it is. {self.change.place} And besides: {self.results.hint}"

    def cost(self, max_points: float) -> float:
        """What both cost together."""
        return min(self.change.cost(max_points) + self.results.cost(max_points), max_points)


Explanation: TypeAlias = (
    Misconception | Both | Twofold | CutOff | Besides | Partly | LeftOut | Variant | Generic | Repaired | OnceItRuns
)


def is_known(explanation: Explanation | None) -> bool:
    """Whether what staff have written down explains all values."""
    values = explanation.values if isinstance(explanation, Besides) else explanation
    return isinstance(values, Misconception | Both)


def is_whole(
    explanation: Explanation | None,
) -> TypeGuard[Misconception | Both | Twofold | CutOff | Besides | LeftOut | Variant | Generic]:
    """Whether it explains all results, and not a small change or a part of them."""
    return (
        explanation is not None
        and not isinstance(explanation, Partly | Repaired | OnceItRuns)
        and has_share(explanation)
    )


def has_share(explanation: Explanation) -> bool:
    """Whether it explains the results however many checks fail."""
    return not isinstance(explanation, Generic) or explanation.has_share
