"""The API for course staff to write checks and misconceptions; imports nothing from the engine."""

from .assertions import assert_close, assert_equal, assert_gradients, assert_raises
from .check import check
from .difference import Difference
from .misconception import Misconception, misconception, way
from .observation import Callback, Observed, assert_unchanged, callback, observe, printed
from .records import Record, codec, record

__all__ = [
    "Callback",
    "Difference",
    "Misconception",
    "Observed",
    "Record",
    "assert_close",
    "assert_equal",
    "assert_gradients",
    "assert_raises",
    "assert_unchanged",
    "callback",
    "check",
    "codec",
    "misconception",
    "observe",
    "printed",
    "record",
    "way",
]
