"""Finds mistakes that nobody has written down, by comparing outputs and by calling the answer again."""

from .conditions import condition
from .generic import IN_PLACE, Generic, cost_of
from .gradients import cut_off, with_graph
from .raised import raised, raises_where
from .relations import relation
from .remembered_calls import asking
from .rules import explain, nicely

__all__ = [
    "IN_PLACE",
    "Generic",
    "asking",
    "condition",
    "cost_of",
    "cut_off",
    "explain",
    "nicely",
    "raised",
    "raises_where",
    "relation",
    "with_graph",
]
