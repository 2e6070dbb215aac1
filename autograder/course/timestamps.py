"""Reads the times that nbgrader stores with submissions, such as 2026-10-01 23:59:00.000000 UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_FORM = re.compile(
    r"(?P<date>\d{4}-?\d\d-?\d\d)(?P<time>[T ]\d[\d:.]*)?"
    r"(?: ?(?P<offset>[+-]\d[\d:]*))?(?: ?(?P<zone>[A-Za-z][\w/+-]*))?",
    re.ASCII,
)
_UTC = ("UTC", "GMT", "Z")
_YEARS = range(1970, 9999)
"""Valid years; other dates are mistakes, and could overflow."""


@dataclass(frozen=True)
class Timestamp:
    """A time as it was written, and its moment.

    nbgrader finds the submission of a feedback page by the text. The moment is in UTC and without a time zone, as in
    nbgrader's database.
    """

    text: str
    moment: datetime


def read(text: str, clock: ZoneInfo) -> Timestamp | None:
    """Return the time in a text; None if it is invalid or ambiguous.

    Args:
        text: a date and a time, with an offset or a zone: UTC, a region (Europe/Berlin), or the abbreviation in the
            course's time zone at that time (CET, CEST). Without one it is in UTC, as in nbgrader.
        clock: the course's time zone.
    """
    text = text.strip()
    form = _FORM.fullmatch(text)
    try:
        moment = _moment(form, clock) if form else None
    except (ValueError, OverflowError):
        return None
    return Timestamp(text, moment) if moment and moment.year in _YEARS else None


def moment_in(data: bytes, clock: ZoneInfo) -> datetime | None:
    """Return the moment in the contents of a timestamp.txt, in UTC; None if it cannot be read."""
    try:
        stamp = read(data.decode("utf-8-sig"), clock)
    except UnicodeDecodeError:
        return None
    return stamp.moment.replace(tzinfo=UTC) if stamp else None


def _moment(form: re.Match[str], clock: ZoneInfo) -> datetime | None:
    date, time, offset, zone = form.group("date", "time", "offset", "zone")
    if offset:
        # A date directly before an offset would be read as a date and a time.
        found = [] if zone or not time else [datetime.fromisoformat(f"{date}{time}{offset}")]
    else:
        shown = datetime.fromisoformat(f"{date}{time or ''}")
        found = _shown_by(shown, zone or "UTC", clock)
    moments = {moment.astimezone(UTC).replace(tzinfo=None) for moment in found}
    return moments.pop() if len(moments) == 1 else None


def _shown_by(shown: datetime, zone: str, clock: ZoneInfo) -> list[datetime]:
    """Return the moments, at most two, at which the clock of a zone shows a time."""
    if zone in _UTC:
        return [shown.replace(tzinfo=UTC)]
    both = [shown.replace(tzinfo=_region(zone) if "/" in zone else clock, fold=fold) for fold in (0, 1)]
    return both if "/" in zone else [moment for moment in both if moment.tzname() == zone]


def _region(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError):  # unknown, or a folder
        raise ValueError(name) from None
