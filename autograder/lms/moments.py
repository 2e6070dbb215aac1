"""Reads dates as learning platforms, spreadsheets and people write them; what could be two dates is refused."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import dateutil.parser

_NUMBERS = re.compile(
    r"(?<![\d.:+-])(?P<a>\d{1,4})\s?(?P<sign>[./-])\s?(?P<b>\d{1,2})(?P=sign)\s?(?P<c>\d{1,4})(?!\d)\.?"
)
_TIME_WITH_DOTS = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{2})(?:\.(\d{2}))?\s*$")
_OFFSET = re.compile(r"(?i)\b(?:UTC|GMT)([+-]\d)")
_SERIAL = re.compile(r"\d{4,6}(?:[.,]\d+)?")
_FIRST_SERIAL_DAY = datetime(1899, 12, 30)
_YEARS = range(1970, 9999)
_WRITE = "write 2026-10-01 23:59"


def moment(text: str, clock: tzinfo) -> datetime:
    """The moment that a text names.

    Args:
        text: a date and a time, in numbers or with an English month. With dots the day comes first.
        clock: the time zone where it names none.

    Raises:
        ValueError: it is none, or could be two; as the end of a line that begins with the text.
    """
    if _SERIAL.fullmatch(text):
        day = _FIRST_SERIAL_DAY + timedelta(days=float(text.replace(",", ".")))
        meant = f"{day + timedelta(milliseconds=500):%Y-%m-%d %H:%M}"
        raise ValueError(
            f"is the number by which a spreadsheet counts {meant}; show that column as date and time, save it again,"
            " or write that"
        )
    if re.fullmatch(r"[\d.,\s]+", text) and not _NUMBERS.search(text):
        raise ValueError(f"is no time; {_WRITE}")
    # Of GMT+2 and +2 dateutil takes the first for two hours behind.
    found = _parsed(_year_first(_OFFSET.sub(r"\1", text)))
    if found.year not in _YEARS:
        raise ValueError(f"is no time; {_WRITE}")
    return found if found.tzinfo else found.replace(tzinfo=clock)


def _year_first(text: str) -> str:
    """The text with its date as 2026-10-01, where it is written in numbers."""
    match = _NUMBERS.search(text)
    if not match:
        return text
    a, b, c, sign = match["a"], match["b"], match["c"], match["sign"]
    if len(a) == 4:
        year, month, day = a, b, c
    elif sign == "." and len(c) in (2, 4):
        year, month, day = c if len(c) == 4 else f"20{c}", b, a
    elif len(c) == 4:
        if int(a) <= 12 and int(b) <= 12 and int(a) != int(b):
            raise ValueError(f"could be {c}-{b:0>2}-{a:0>2} or {c}-{a:0>2}-{b:0>2}; {_WRITE}")
        year, month, day = (c, b, a) if int(a) > 12 else (c, a, b)
    else:
        raise ValueError(f"has a year that could be another number; {_WRITE}")
    rest = text[match.end() :]
    rest = _TIME_WITH_DOTS.sub(lambda found: ":".join(filter(None, found.groups())), rest)
    return f"{text[: match.start()]}{year}-{month:0>2}-{day:0>2}{rest}"


def _parsed(text: str) -> datetime:
    """What dateutil reads, once the text holds a whole date, and no time zone that machines read differently."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            defaults = (datetime(2001, 1, 1), datetime(2004, 2, 2))
            first, second = (_dateutil(text, day) for day in defaults)
    except (ValueError, OverflowError, TypeError, Warning):
        raise ValueError(f"is no time; {_WRITE}") from None
    if first != second:
        raise ValueError(f"is no whole date; {_WRITE}")
    return first


def _dateutil(text: str, default: datetime) -> datetime:
    found: datetime = dateutil.parser.parse(text, default=default, tzinfos=_zone)
    return found


def _zone(name: str | None, seconds: int | None) -> tzinfo | None:
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name is None:
        return None
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    raise ValueError(name)
