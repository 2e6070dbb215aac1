"""Statistics for the class report, on plain numbers."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import msgspec

_BINS = 10


class Bin(msgspec.Struct, frozen=True):
    """A bin of a histogram: scores from `low` to `high`, which only the last bin includes."""

    low: float
    high: float
    count: int


class Spread(msgspec.Struct, frozen=True):
    """The distribution of scores; all fields are 0 if there are none."""

    count: int
    mean: float
    minimum: float
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: float
    bins: list[Bin]


def spread(values: Sequence[float], of: float) -> Spread:
    """Return the distribution of `values` between 0 and `of`, with a histogram of ten bins.

    Quartiles are interpolated linearly between the sorted values, as in NumPy and spreadsheets (Hyndman and Fan's
    type 7).
    """
    counts = [0] * _BINS
    for value in values:
        counts[min(_BINS - 1, max(0, math.floor(value / of * _BINS + 1e-9))) if of else 0] += 1
    bins = [Bin(of * place / _BINS, of * (place + 1) / _BINS, count) for place, count in enumerate(counts)]
    if not values:
        return Spread(0, 0, 0, 0, 0, 0, 0, bins)
    # statistics.quantiles needs two values; the quartiles of one value, doubled, are that value.
    doubled = [*values] * (2 if len(values) == 1 else 1)
    lower, median, upper = statistics.quantiles(doubled, n=4, method="inclusive")
    return Spread(len(values), statistics.fmean(values), min(values), lower, median, upper, max(values), bins)


def discrimination(earned: Sequence[float], totals: Sequence[float]) -> float | None:
    """Return the corrected item-total correlation: Pearson's r between an item's score and the rest of the total.

        r = cov(X, T - X) / (sd(X) sd(T - X))

    X is each student's score of the item, T the student's total. For a binary item this is the point-biserial
    correlation with the rest of the total, (M1 - M0) / sd(T - X) * sqrt(p (1 - p)), where M1 and M0 are the mean rests
    of the students who passed and failed, and p is the pass rate. Without the correction an item would correlate with
    itself (Henrysson, Psychometrika 28, 1963, 211-218).

    Args:
        earned: X, one number per student.
        totals: T, in the same order.

    Returns:
        A number from -1 to 1; None if X or T - X is constant.
    """
    rests = [total - mine for mine, total in zip(earned, totals, strict=True)]
    if _is_constant(earned) or _is_constant(rests):
        return None
    return statistics.correlation(earned, rests)


def _is_constant(values: Sequence[float]) -> bool:
    """Return whether all values are equal, up to rounding errors."""
    return not values or max(values) - min(values) < 1e-9
