"""Runs in the jail and outside it: dates, times, decimals and fractions as text, and back from untrusted text."""

from __future__ import annotations

import datetime
import decimal
import fractions
import functools
import re
import zoneinfo
from typing import Any

from .. import wire

MAX_TEXT = 4096
MAX_EXPONENT = 10_000
"""The maximum exponent of a decimal; one with a larger exponent would take all memory when converted to an integer."""
_KINDS: dict[type, Any] = {
    decimal.Decimal: "decimal",
    fractions.Fraction: "fraction",
    datetime.date: "date",
    datetime.datetime: "datetime",
    datetime.time: "time",
    datetime.timedelta: "timedelta",
}
_FRACTION = re.compile(r"(-?[0-9a-f]+)/([0-9a-f]+)")
_SPAN = re.compile(r"(-?\d{1,9}),(\d{1,5}),(\d{1,6})")
_MOMENT = re.compile(r"([0-9T:.+\-]{1,60});([01])(?: ([A-Za-z0-9_+\-/]{1,60}))?")
"""The text of `isoformat`, the fold (1 for the second of two equal times), and optionally the name of a time zone."""


def pack(value: Any) -> wire.Number | None:
    """Return the node of a value; None if it is of another type, including derived classes, or too long."""
    kind = _KINDS.get(type(value))
    if kind is None:
        return None
    match value:
        case fractions.Fraction():
            text = f"{value.numerator:x}/{value.denominator:x}"
        case datetime.timedelta():
            text = f"{value.days},{value.seconds},{value.microseconds}"
        case datetime.datetime() | datetime.time() if isinstance(value.tzinfo, zoneinfo.ZoneInfo):
            text = f"{value.replace(tzinfo=None, fold=0).isoformat()};{value.fold} {value.tzinfo.key}"
        case datetime.datetime() | datetime.time() if value.tzinfo is None or type(value.tzinfo) is datetime.timezone:
            text = f"{value.isoformat()};{value.fold}"
        case decimal.Decimal() | datetime.date() if not isinstance(value, datetime.datetime):
            text = str(value)
        case _:
            return None
    return wire.Number(kind, text) if len(text) <= MAX_TEXT else None


def unpack(node: wire.Number) -> Any:
    """Return the value of a node.

    Raises:
        ValueError, ArithmeticError: the text is not a valid value of its kind.
    """
    if len(node.text) > MAX_TEXT:
        raise ValueError(f"a {node.kind} of over {MAX_TEXT} letters")
    match node.kind:
        case "decimal":
            number = decimal.Decimal(node.text)
            if number.is_snan() or (number.is_finite() and abs(number.adjusted()) > MAX_EXPONENT):
                raise ValueError("not a decimal that can be compared")
            return number
        case "fraction" if found := _FRACTION.fullmatch(node.text):
            return fractions.Fraction(int(found[1], 16), int(found[2], 16))
        case "timedelta" if found := _SPAN.fullmatch(node.text):
            return datetime.timedelta(int(found[1]), int(found[2]), int(found[3]))
        case "date":
            return datetime.date.fromisoformat(node.text)
        case "datetime":
            return _moment(datetime.datetime, node.text)
        case "time":
            return _moment(datetime.time, node.text)
    raise ValueError(f"not a {node.kind}")


def _moment(kind: Any, text: str) -> Any:
    found = _MOMENT.fullmatch(text)
    if not found or (found[3] and found[3] not in zones()):  # zoneinfo would try to open a file of any name
        raise ValueError("not a moment")
    moment = kind.fromisoformat(found[1]).replace(fold=int(found[2]))
    return moment.replace(tzinfo=zoneinfo.ZoneInfo(found[3])) if found[3] else moment


@functools.cache
def zones() -> frozenset[str]:
    """Return the names of the known time zones."""
    return frozenset(zoneinfo.available_timezones())
