"""Counts days in the course's time zone, with changes to and from summer time."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo

from autograder.language.staff import for_staff

_DAY = timedelta(days=1)


def fault(moment: datetime, zone: tzinfo) -> str:
    """Return why a local time is not a unique moment in a time zone; empty if it is."""
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return ""
    if second.astimezone(UTC) > first.astimezone(UTC):
        return for_staff("is there twice, since the clocks go back then")
    return for_staff("does not exist, since the clocks go forward then")


def later(moment: datetime, extra: timedelta, zone: tzinfo, hours: float = 0) -> datetime:
    """Return the moment whole days of `extra` later at the same local time, plus the rest of `extra` and `hours`.

    If that local time exists twice, the later one is used; if it is skipped, the moment shifted by the change.
    """
    days, rest = divmod(extra, _DAY)
    there = (moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=zone)
    twice = there.replace(fold=1)
    if twice.astimezone(UTC) > there.astimezone(UTC):
        there = twice
    return (there.astimezone(UTC) + rest + timedelta(hours=hours)).astimezone(zone)


def days_begun(deadline: datetime, moment: datetime, zone: tzinfo) -> int:
    """Return the number of days begun after a deadline, each at its local time; 0 until the deadline."""
    if moment.astimezone(UTC) <= deadline.astimezone(UTC):
        return 0
    shown, end = (time.astimezone(zone).replace(tzinfo=None) for time in (moment, deadline))
    return max(1, math.ceil((shown - end) / _DAY))
