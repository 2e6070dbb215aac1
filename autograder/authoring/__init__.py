"""What course staff write checks and misconceptions with; it knows nothing of the engine."""

from autograder.authoring.assertions import (
    Difference,
    assert_close,
    assert_equal,
    assert_gradients,
    assert_raises,
    assert_unchanged,
)
from autograder.authoring.check import check
from autograder.authoring.misconception import Misconception, misconception

__all__ = [
    "Difference",
    "Misconception",
    "assert_close",
    "assert_equal",
    "assert_gradients",
    "assert_raises",
    "assert_unchanged",
    "check",
    "misconception",
]
