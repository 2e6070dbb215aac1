"""Counts days by the course's clock, which goes forward and back with summer time."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo

_DAY = timedelta(days=1)


def fault(moment: datetime, zone: tzinfo) -> str:
    """Why a time without a zone is not one moment by a clock; empty where it is."""
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return ""
    if second.astimezone(UTC) > first.astimezone(UTC):
        return "is there twice, since the clocks go back then"
    return "does not exist, since the clocks go forward then"


def later(moment: datetime, extra: timedelta, zone: tzinfo, hours: float = 0) -> datetime:
    """The moment so many days later at the same time of day, by a clock, and then what is left of `extra` and `hours`.

    Where the clock shows that time twice, it is the later one; where it is left out, as much after the change.
    """
    days, rest = divmod(extra, _DAY)
    there = (moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=zone)
    twice = there.replace(fold=1)
    if twice.astimezone(UTC) > there.astimezone(UTC):
        there = twice
    return (there.astimezone(UTC) + rest + timedelta(hours=hours)).astimezone(zone)


def days_begun(deadline: datetime, moment: datetime, zone: tzinfo) -> int:
    """How many days have begun after a deadline, each at its time of day; 0 up to the deadline."""
    if moment.astimezone(UTC) <= deadline.astimezone(UTC):
        return 0
    shown, end = (time.astimezone(zone).replace(tzinfo=None) for time in (moment, deadline))
    return max(1, math.ceil((shown - end) / _DAY))
