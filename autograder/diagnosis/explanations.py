"""The explanations of an answer: misconceptions, combinations of them, and mistakes that were found by trying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from autograder.authoring import Misconception
from autograder.language import current, gettext, joined
from autograder.model.verdict import RELATION

from .experiments import Generic, cost_of, cut_off
from .repair import IDEA, Repaired
from .variants import LeftOut, Variant

CUT_OFF_SHARE = 1 / 3
"""The share of an exercise's points that a result without a graph costs."""


@dataclass(frozen=True)
class Both:
    """Two misconceptions at once."""

    first: Misconception
    second: Misconception

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return f"{self.first.name} + {self.second.name}"

    @property
    def hint(self) -> str:
        """Return both hints."""
        return _besides(hint_of(self.first), hint_of(self.second))

    def cost(self, max_points: float) -> float:
        """Return what both cost together."""
        return min(self.first.cost(max_points) + self.second.cost(max_points), max_points)


@dataclass(frozen=True)
class Twofold:
    """A misconception, and one more change."""

    known: Misconception
    besides: LeftOut | Variant

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return f"{self.known.name} + {self.besides.name}"

    @property
    def hint(self) -> str:
        """Return both hints."""
        other = self.besides.hint
        return gettext(
            "Two things are wrong. {first} But for that: {second}",
            first=hint_of(self.known),
            second=f"{other[:1].lower()}{other[1:]}",
        )

    def cost(self, max_points: float) -> float:
        """Return what both cost together."""
        return min(self.known.cost(max_points) + cost_of(IDEA, max_points), max_points)


@dataclass(frozen=True)
class CutOff:
    """A mistake in the values, and a result that is also cut off from the graph."""

    values: Misconception | LeftOut | Variant | Generic

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return f"{self.values.name} + generic:detached"

    @property
    def hint(self) -> str:
        """Return both hints."""
        return _besides(hint_of(self.values), cut_off())

    def cost(self, max_points: float) -> float:
        """Return what both cost together; all points if staff have not described the mistake: the checks decide."""
        if not isinstance(self.values, Misconception):
            return max_points
        return min(self.values.cost(max_points) + cost_of(CUT_OFF_SHARE, max_points), max_points)


@dataclass(frozen=True)
class Besides:
    """An explanation of all values, and property checks that fail independently of them."""

    values: Misconception | Both | CutOff | Twofold | LeftOut | Variant | Generic
    lost: float
    """The points of these property checks."""

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return self.values.name

    @property
    def hint(self) -> str:
        """Return the hint for the values; the failed checks have their own messages."""
        return hint_of(self.values)

    def cost(self, max_points: float) -> float:
        """Return what both cost together."""
        return min(self.values.cost(max_points) + self.lost, max_points)


@dataclass(frozen=True)
class Partly:
    """An explanation of most of the mistakes, not all."""

    values: Misconception | LeftOut | Variant
    rest: str = ""
    """A sentence about what it does not explain, if anything is known about that."""

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return f"partly:{self.values.name}"

    @property
    def hint(self) -> str:
        """Return the hint, with a sentence about the rest."""
        return joined(hint_of(self.values), self.rest or gettext("Something else is wrong besides."))

    def cost(self, max_points: float) -> float:
        """Return all points, since a partial explanation changes no points."""
        return max_points


@dataclass(frozen=True)
class OnceItRuns:
    """A small change that the answer needs to give a result, and what explains the results with it."""

    change: Repaired
    results: Misconception | Both | Twofold | CutOff | Besides | LeftOut | Variant | Generic

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return f"{self.results.name} + {self.change.name}"

    @property
    def hint(self) -> str:
        """Return the place of the change, and the hint for the results with it."""
        first = joined(gettext("It gives no result as it is."), self.change.place)
        return _besides(first, hint_of(self.results))

    def cost(self, max_points: float) -> float:
        """Return what both cost together."""
        return min(self.change.cost(max_points) + self.results.cost(max_points), max_points)


Explanation: TypeAlias = (
    Misconception | Both | Twofold | CutOff | Besides | Partly | LeftOut | Variant | Generic | Repaired | OnceItRuns
)


def hint_of(explanation: Explanation) -> str:
    """Return the sentence for the student, in the current language."""
    return explanation.hint_in(current()) if isinstance(explanation, Misconception) else explanation.hint


def _besides(first: str, second: str) -> str:
    return gettext("{first} And besides: {second}", first=first, second=second)


def is_known(explanation: Explanation | None) -> bool:
    """Return whether misconceptions that staff described explain all values."""
    values = explanation.values if isinstance(explanation, Besides) else explanation
    return isinstance(values, Misconception | Both)


def explains(explanation: Explanation | None) -> bool:
    """Return whether it explains results; a relation only says what should hold and does not."""
    return explanation is not None and not explanation.name.startswith(RELATION)


def is_whole(
    explanation: Explanation | None,
) -> TypeGuard[Misconception | Both | Twofold | CutOff | Besides | LeftOut | Variant | Generic]:
    """Return whether it explains all results, not only some or those after a small change."""
    return (
        explanation is not None
        and not isinstance(explanation, Partly | Repaired | OnceItRuns)
        and has_share(explanation)
    )


def has_share(explanation: Explanation) -> bool:
    """Return whether it explains the results regardless of how many checks fail."""
    return not isinstance(explanation, Generic) or explanation.has_share
