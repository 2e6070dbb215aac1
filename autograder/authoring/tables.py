"""Compares tables of pandas, column by column, with a sentence for the student about the first difference."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

MOST = 8
"""So many columns or labels are shown."""


def is_table(value: Any) -> bool:
    """Return whether a value is a DataFrame, Series or Index of pandas."""
    pd = sys.modules.get("pandas")
    return pd is not None and isinstance(value, pd.DataFrame | pd.Series | pd.Index)


def shown(value: Any) -> str:
    """Return a short text that shows a table."""
    kind = type(value).__name__
    if value.ndim == 2:
        return f"a {kind} of {value.shape[0]} rows with the columns {labels(value.columns)}"
    return f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind} of {len(value)}, {value.dtype}"


def labels(index: Any) -> str:
    """Return the labels of an index as text, the first of them where there are many."""
    found = [repr(item) for item in list(index[:MOST])]
    more = f" and {len(index) - MOST} more" if len(index) > MOST else ""
    return f"[{', '.join(found)}]{more}"


def difference(actual: Any, expected: Any, what: str, numbers: Callable[[Any, Any, str], None]) -> str:
    """Return how a table differs from the expected one, as a sentence; empty where it does not.

    Args:
        actual: the student's; it may be anything.
        expected: the right one.
        what: the subject of the sentence.
        numbers: compares two arrays of numbers, and raises where they differ.
    """
    pd = sys.modules["pandas"]
    kind = next(item for item in (pd.DataFrame, pd.Series, pd.Index) if isinstance(expected, item))
    if not isinstance(actual, kind):
        given = shown(actual) if is_table(actual) else f"{type(actual).__name__}"
        return f"{what} should be {shown(expected)}, not {given}"
    if isinstance(expected, pd.DataFrame):
        if list(actual.columns) != list(expected.columns):
            return f"{what} has the columns {labels(actual.columns)} and should have {labels(expected.columns)}"
        if actual.columns.names != expected.columns.names:
            return f"the columns of {what} are named {actual.columns.names} and should be {expected.columns.names}"
    if len(actual) != len(expected):
        return f"{what} has {len(actual)} rows and should have {len(expected)}"
    if isinstance(expected, pd.Index):
        return _column(actual, expected, what, numbers) or _name(actual.names, expected.names, what)
    if said := _index(actual.index, expected.index, what, numbers):
        return said
    if isinstance(expected, pd.Series):
        return _column(actual, expected, what, numbers) or _name(actual.name, expected.name, what)
    for place, label in enumerate(expected.columns):
        column = f"the column {label!r} of {what}"
        if said := _column(actual.iloc[:, place], expected.iloc[:, place], column, numbers):
            return said
    return ""


def _index(actual: Any, expected: Any, what: str, numbers: Callable[[Any, Any, str], None]) -> str:
    if actual.nlevels != expected.nlevels:
        return f"the index of {what} has {actual.nlevels} levels and should have {expected.nlevels}"
    for level in range(expected.nlevels):
        mine, right = actual.get_level_values(level), expected.get_level_values(level)
        if said := _column(mine, right, f"the index of {what}", numbers):
            return said
    return _name(actual.names, expected.names, f"the index of {what}")


def _name(actual: Any, expected: Any, what: str) -> str:
    return "" if actual == expected else f"{what} is named {actual} and should be {expected}"


def _column(actual: Any, expected: Any, what: str, numbers: Callable[[Any, Any, str], None]) -> str:
    if actual.dtype != expected.dtype:
        return f"{what} is {actual.dtype} and should be {expected.dtype}"
    if isinstance(expected.dtype, np.dtype) and expected.dtype.kind in "biufc":
        numbers(np.asarray(actual), np.asarray(expected), what)
        return ""
    pd = sys.modules["pandas"]
    places = [
        place
        for place, (mine, right) in enumerate(zip(list(actual), list(expected), strict=True))
        if not (_is_missing(pd, mine) and _is_missing(pd, right)) and not _equal(mine, right)
    ]
    if not places:
        return ""
    first = places[0]
    numbered = f"{len(places)} of {len(expected)} places, first at [{first}]"
    return f"{what} differs at {numbered}: {list(actual)[first]!r} where it should be {list(expected)[first]!r}"[:400]


def _is_missing(pd: Any, item: Any) -> bool:
    return np.ndim(item) == 0 and bool(pd.isna(item))


def _equal(mine: Any, right: Any) -> bool:
    return type(mine) is type(right) and bool(mine == right)
