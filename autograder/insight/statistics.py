"""The statistics of the class report, on plain numbers."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import msgspec

_BINS = 10


class Bin(msgspec.Struct, frozen=True):
    """Scores from `low` up to `high`, which is counted in the next bin but for the last one's."""

    low: float
    high: float
    count: int


class Spread(msgspec.Struct, frozen=True):
    """How scores lie; all 0 where there are none."""

    count: int
    mean: float
    minimum: float
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: float
    bins: list[Bin]


def spread(values: Sequence[float], of: float) -> Spread:
    """How `values` lie between 0 and `of`, in tenths of it.

    The quartiles are those of numpy and spreadsheets: by straight lines between the sorted values (Hyndman and Fan's
    type 7).
    """
    counts = [0] * _BINS
    for value in values:
        counts[min(_BINS - 1, max(0, math.floor(value / of * _BINS + 1e-9))) if of else 0] += 1
    bins = [Bin(of * place / _BINS, of * (place + 1) / _BINS, count) for place, count in enumerate(counts)]
    if not values:
        return Spread(0, 0, 0, 0, 0, 0, 0, bins)
    # One value has no quartiles for the standard library; twice the same value has, and they are that value.
    doubled = [*values] * (2 if len(values) == 1 else 1)
    lower, median, upper = statistics.quantiles(doubled, n=4, method="inclusive")
    return Spread(len(values), statistics.fmean(values), min(values), lower, median, upper, max(values), bins)


def discrimination(earned: Sequence[float], totals: Sequence[float]) -> float | None:
    """The corrected item-total correlation: Pearson's r between what an item earned and the rest of the total.

        r = cov(X, T - X) / (sd(X) sd(T - X))

    X is the item's score of each student, T the student's total. For an item that is passed or not this is the
    point-biserial correlation with the rest of the total, (M1 - M0) / sd(T - X) * sqrt(p (1 - p)), where M1 and M0 are
    the mean rests of those who passed and of those who did not, and p is the share who passed. Without the correction
    an item would correlate with itself (Henrysson, Psychometrika 28, 1963, 211-218).

    Args:
        earned: X, a number for each student.
        totals: T, in the same order.

    Returns:
        A number from -1 to 1; None where all students earned the same or have the same rest.
    """
    rests = [total - mine for mine, total in zip(earned, totals, strict=True)]
    if _is_constant(earned) or _is_constant(rests):
        return None
    return statistics.correlation(earned, rests)


def _is_constant(values: Sequence[float]) -> bool:
    """Whether all are the same, but for what sums of decimal points leave behind."""
    return not values or max(values) - min(values) < 1e-9
