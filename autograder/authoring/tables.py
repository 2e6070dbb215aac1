"""Compares pandas tables column by column; describes the first difference in a sentence for the student."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.language import gettext

from .wording import is_and_should_be, should_be

MOST = 8
"""The maximum number of columns or labels that are shown."""


def is_table(value: Any) -> bool:
    """Return whether a value is a DataFrame, Series or Index of pandas."""
    pd = sys.modules.get("pandas")
    return pd is not None and isinstance(value, pd.DataFrame | pd.Series | pd.Index)


def shown(value: Any) -> str:
    """Return a short text that shows a table."""
    kind = type(value).__name__
    if value.ndim == 2:
        return gettext(
            "a {kind} of {rows} rows with the columns {columns}",
            kind=kind,
            rows=value.shape[0],
            columns=labels(value.columns),
        )
    values = {"kind": kind, "size": len(value), "dtype": value.dtype}
    if kind[0] in "AEIOU":
        return gettext("an {kind} of {size}, {dtype}", **values)
    return gettext("a {kind} of {size}, {dtype}", **values)


def labels(index: Any) -> str:
    """Return the labels of an index as text, only the first of them if there are many."""
    found = [repr(item) for item in list(index[:MOST])]
    listed = f"[{', '.join(found)}]"
    more = len(index) - MOST
    return gettext("{listed} and {more} more", listed=listed, more=more) if more > 0 else listed


def difference(actual: Any, expected: Any, what: str, numbers: Callable[[Any, Any, str], None]) -> str:
    """Return a sentence on how a table differs from the expected one; "" if it does not.

    Args:
        actual: the student's result, which may be anything.
        expected: the right table.
        what: the subject of the sentence.
        numbers: compares two arrays of numbers, and raises Difference if they differ.
    """
    pd = sys.modules["pandas"]
    kind = next(item for item in (pd.DataFrame, pd.Series, pd.Index) if isinstance(expected, item))
    if not isinstance(actual, kind):
        given = shown(actual) if is_table(actual) else f"{type(actual).__name__}"
        return should_be(what, shown(expected), given)
    if isinstance(expected, pd.DataFrame):
        if list(actual.columns) != list(expected.columns):
            return gettext(
                "{what} has the columns {mine} and should have {right}",
                what=what,
                mine=labels(actual.columns),
                right=labels(expected.columns),
            )
        if actual.columns.names != expected.columns.names:
            return gettext(
                "the columns of {what} are named {mine} and should be {right}",
                what=what,
                mine=actual.columns.names,
                right=expected.columns.names,
            )
    if len(actual) != len(expected):
        values = {"what": what, "mine": len(actual), "right": len(expected)}
        return gettext("{what} has {mine} rows and should have {right}", **values)
    if isinstance(expected, pd.Index):
        return _column(actual, expected, what, numbers) or _name(actual.names, expected.names, what)
    if said := _index(actual.index, expected.index, what, numbers):
        return said
    if isinstance(expected, pd.Series):
        return _column(actual, expected, what, numbers) or _name(actual.name, expected.name, what)
    for place, label in enumerate(expected.columns):
        column = gettext("the column {label} of {what}", label=repr(label), what=what)
        if said := _column(actual.iloc[:, place], expected.iloc[:, place], column, numbers):
            return said
    return ""


def _index(actual: Any, expected: Any, what: str, numbers: Callable[[Any, Any, str], None]) -> str:
    index = gettext("the index of {what}", what=what)
    if actual.nlevels != expected.nlevels:
        return gettext(
            "the index of {what} has {mine} levels and should have {right}",
            what=what,
            mine=actual.nlevels,
            right=expected.nlevels,
        )
    for level in range(expected.nlevels):
        mine, right = actual.get_level_values(level), expected.get_level_values(level)
        if said := _column(mine, right, index, numbers):
            return said
    return _name(actual.names, expected.names, index)


def _name(actual: Any, expected: Any, what: str) -> str:
    if actual == expected:
        return ""
    return gettext("{what} is named {mine} and should be {right}", what=what, mine=actual, right=expected)


def _column(actual: Any, expected: Any, what: str, numbers: Callable[[Any, Any, str], None]) -> str:
    if actual.dtype != expected.dtype:
        return is_and_should_be(what, actual.dtype, expected.dtype, 1)
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
    return gettext(
        "{what} differs at {wrong} of {count} places, first at {place}: {mine} where it should be {right}",
        what=what,
        wrong=len(places),
        count=len(expected),
        place=[first],
        mine=repr(list(actual)[first]),
        right=repr(list(expected)[first]),
    )[:400]


def _is_missing(pd: Any, item: Any) -> bool:
    return np.ndim(item) == 0 and bool(pd.isna(item))


def _equal(mine: Any, right: Any) -> bool:
    return type(mine) is type(right) and bool(mine == right)
