"""The API for course staff to write checks and misconceptions with. Imports nothing of the engine."""

from .assertions import Difference, assert_close, assert_equal, assert_gradients, assert_raises
from .check import check
from .misconception import Misconception, misconception
from .observation import Observed, assert_unchanged, observe
from .way import way

__all__ = [
    "Difference",
    "Misconception",
    "Observed",
    "assert_close",
    "assert_equal",
    "assert_gradients",
    "assert_raises",
    "assert_unchanged",
    "check",
    "misconception",
    "observe",
    "way",
]
