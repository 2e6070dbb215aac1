"""What is wrong with an answer, found by comparing and trying: for mistakes that nobody has written down."""

from .conditions import condition
from .generic import IN_PLACE, Generic, cost_of
from .gradients import CUT_OFF, with_graph
from .raised import raised, raises_where
from .rules import explain, nicely

__all__ = [
    "CUT_OFF",
    "IN_PLACE",
    "Generic",
    "condition",
    "cost_of",
    "explain",
    "nicely",
    "raised",
    "raises_where",
    "with_graph",
]
