"""Days are of the course's calendar, whatever the clocks do in between."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from autograder.course import clock, config
from autograder.errors import AutograderError

BERLIN = ZoneInfo("Europe/Berlin")


def at(text, zone=BERLIN, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("due", "extra", "hours", "expected"),
    [
        ("2026-10-24 23:59", timedelta(days=1), 0, "2026-10-25 23:59:00+01:00"),  # the clocks go back
        ("2027-03-27 23:59", timedelta(days=1), 0, "2027-03-28 23:59:00+02:00"),  # the clocks go forward
        ("2026-10-24 23:59", timedelta(days=7), 0, "2026-10-31 23:59:00+01:00"),
        ("2026-10-24 23:59", timedelta(), 24, "2026-10-25 22:59:00+01:00"),  # hours are hours
        ("2026-10-24 23:59", timedelta(days=1.5), 1, "2026-10-26 12:59:00+01:00"),
        ("2027-03-27 02:30", timedelta(days=1), 0, "2027-03-28 03:30:00+02:00"),  # a time that is left out
        (
            "2026-10-24 02:30",
            timedelta(days=1),
            0,
            "2026-10-25 02:30:00+01:00",
        ),  # a time that is there twice: the later
        ("2026-06-01 23:59", timedelta(), 0, "2026-06-01 23:59:00+02:00"),
    ],
)
def test_a_day_later_is_the_same_time_of_day(due, extra, hours, expected):
    assert str(clock.later(at(due), extra, BERLIN, hours)) == expected
    assert str(clock.later(at(due).astimezone(UTC), extra, BERLIN, hours)) == expected


@pytest.mark.parametrize(
    ("deadline", "moment", "days"),
    [
        ("2026-10-24 23:59", "2026-10-24 23:59", 0),
        ("2026-10-24 23:59", "2026-10-25 23:58", 1),  # 24 hours and 59 minutes later
        ("2026-10-24 23:59", "2026-10-26 00:00", 2),
        ("2027-03-27 23:59", "2027-03-28 23:58", 1),
        ("2027-03-27 23:59", "2027-03-29 00:00", 2),  # 23 hours and one minute later
        ("2026-06-01 23:59", "2026-06-02 00:00", 1),
    ],
)
def test_late_days_begin_at_the_same_time_of_day(deadline, moment, days):
    assert clock.days_begun(at(deadline), at(moment), BERLIN) == days


def test_within_the_hour_that_is_there_twice_late_is_late():
    assert clock.days_begun(at("2026-10-25 02:30"), at("2026-10-25 02:10", fold=1), BERLIN) == 1


@pytest.mark.parametrize(
    ("zone", "due", "said"),
    [
        ("Europe/Berlin", "2027-03-28 02:30", "does not exist, since the clocks go forward"),
        ("Europe/Berlin", "2026-10-25 02:30", "is there twice, since the clocks go back"),
        ("America/New_York", "2026-11-01 01:30", "is there twice"),
        ("America/New_York", "2027-03-14 02:00", "does not exist"),
        ("America/Sao_Paulo", "2018-11-04 00:00", "does not exist"),
        ("Australia/Lord_Howe", "2027-04-04 01:45", "is there twice"),
    ],
)
def test_a_due_time_that_is_not_one_moment_is_refused_with_its_line(zone, due, said):
    text = f"name: x\ntitle: X\ntimezone: {zone}\nproblem_sets:\n  ps1:\n    title: One\n    due: {due}\n"
    with pytest.raises(AutograderError, match=rf"^course\.yml:7: problem_sets\.ps1\.due: {due} {said}"):
        config.parse(text)
    config.parse(text.replace(zone, "UTC"))
    config.parse(text.replace(due[-5:], "12:00"))
