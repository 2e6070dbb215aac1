"""Reads dates as learning platforms, spreadsheets and people write them; ambiguous dates are refused."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import dateutil.parser

from autograder.language.staff import for_staff

_NUMBERS = re.compile(
    r"(?<![\d.:+-])(?P<a>\d{1,4})\s?(?P<sign>[./-])\s?(?P<b>\d{1,2})(?P=sign)\s?(?P<c>\d{1,4})(?!\d)\.?"
)
_TIME_WITH_DOTS = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{2})(?:\.(\d{2}))?\s*$")
_OFFSET = re.compile(r"(?i)\b(?:UTC|GMT)([+-]\d)")
_SERIAL = re.compile(r"\d{4,6}(?:[.,]\d+)?")
_FIRST_SERIAL_DAY = datetime(1899, 12, 30)
_YEARS = range(1970, 9999)


def moment(text: str, clock: tzinfo) -> datetime:
    """Return the date and time that a text states.

    Args:
        text: a date and a time, in numbers or with an English month name. With dots, the day comes first.
        clock: the time zone if the text has none.

    Raises:
        ValueError: it is not a date and time, or ambiguous; the message continues a line that begins with the text.
    """
    if _SERIAL.fullmatch(text):
        day = _FIRST_SERIAL_DAY + timedelta(days=float(text.replace(",", ".")))
        meant = f"{day + timedelta(milliseconds=500):%Y-%m-%d %H:%M}"
        raise ValueError(
            for_staff(
                "is a spreadsheet's number for {meant}; format that column as date and time and save it again,"
                " or write the date",
                meant=meant,
            )
        )
    if re.fullmatch(r"[\d.,\s]+", text) and not _NUMBERS.search(text):
        raise ValueError(for_staff("is no time; write 2026-10-01 23:59"))
    # dateutil reads GMT+2, unlike +2, as two hours behind UTC.
    found = _parsed(_year_first(_OFFSET.sub(r"\1", text)))
    if found.year not in _YEARS:
        raise ValueError(for_staff("is no time; write 2026-10-01 23:59"))
    return found if found.tzinfo else found.replace(tzinfo=clock)


def _year_first(text: str) -> str:
    """Return the text with a numeric date rewritten as 2026-10-01."""
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
            first, second = f"{c}-{b:0>2}-{a:0>2}", f"{c}-{a:0>2}-{b:0>2}"
            raise ValueError(
                for_staff("could be {first} or {second}; write 2026-10-01 23:59", first=first, second=second)
            )
        year, month, day = (c, b, a) if int(a) > 12 else (c, a, b)
    else:
        raise ValueError(for_staff("has a year that could be another number; write 2026-10-01 23:59"))
    rest = text[match.end() :]
    rest = _TIME_WITH_DOTS.sub(lambda found: ":".join(filter(None, found.groups())), rest)
    return f"{text[: match.start()]}{year}-{month:0>2}-{day:0>2}{rest}"


def _parsed(text: str) -> datetime:
    """Return the date that dateutil reads; raise ValueError if it is incomplete or its time zone is ambiguous."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            defaults = (datetime(2001, 1, 1), datetime(2004, 2, 2))
            first, second = (_dateutil(text, day) for day in defaults)
    except (ValueError, OverflowError, TypeError, Warning):
        raise ValueError(for_staff("is no time; write 2026-10-01 23:59")) from None
    if first != second:
        raise ValueError(for_staff("is no whole date; write 2026-10-01 23:59"))
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
