"""The course's own solution with one thing changed: mistakes that staff need not write down."""

from .left_out import LeftOut, left_out
from .search import fitting
from .variant import Variant

__all__ = ["LeftOut", "Variant", "fitting", "left_out"]
