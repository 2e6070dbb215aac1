"""Which moment a time names that nbgrader or a person wrote beside a submission."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.course import timestamps


def moment(text, clock="UTC"):
    found = timestamps.read(text, ZoneInfo(clock))
    return found and str(found.moment)


@pytest.mark.parametrize(
    "written",
    [
        *("2026-10-01 21:59:00", "2026-10-01 21:59:00.000000 UTC", "2026-10-01 21:59 GMT", "2026-10-01T21:59:00Z"),
        *("2026-10-01 23:59:00+0200", "2026-10-01 23:59:00 +0200", "2026-10-01 23:59:00 +02:00", "20261001 23:59 +02"),
        *("2026-10-01 18:59:00.000000 -03", "2026-10-02 03:29:00 +0530", "2026-10-01 23:59:00 Europe/Berlin"),
        "  2026-10-01T21:59 UTC\r\n",
    ],
)
@pytest.mark.parametrize("clock", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_time_in_utc_with_an_offset_or_of_a_region_is_the_same_in_each_course(written, clock):
    assert moment(written, clock) == "2026-10-01 21:59:00"


@pytest.mark.parametrize(
    ("clock", "written", "meant"),
    [
        ("Europe/Berlin", "2026-10-01 23:59:00.000000 CEST", "2026-10-01 21:59:00"),
        ("Europe/Berlin", "2026-12-01 23:59:00 CET", "2026-12-01 22:59:00"),
        ("America/New_York", "2026-10-01 23:59:00 EDT", "2026-10-02 03:59:00"),
        ("America/New_York", "2026-12-01 23:59:00 EST", "2026-12-02 04:59:00"),
        ("Australia/Brisbane", "2026-12-01 23:59:00 AEST", "2026-12-01 13:59:00"),
        ("Asia/Shanghai", "2026-12-01 23:59:00 CST", "2026-12-01 15:59:00"),
        ("America/Chicago", "2026-12-01 23:59:00 CST", "2026-12-02 05:59:00"),
        # The clock shows this time twice, and the name tells which it is.
        ("Europe/Berlin", "2026-10-25 02:30:00 CEST", "2026-10-25 00:30:00"),
        ("Europe/Berlin", "2026-10-25 02:30:00 CET", "2026-10-25 01:30:00"),
    ],
)
def test_the_name_of_a_zone_is_what_the_courses_clock_calls_it_at_that_time(clock, written, meant):
    assert moment(written, clock) == meant


@pytest.mark.parametrize("zone", ["CEST", "EST", "PST", "CST", "IST", "MEZ", "cet", "PM", "UTC+2", "X", "2027", "x/y"])
def test_a_name_that_the_courses_clock_does_not_know_is_not_guessed(zone):
    assert moment(f"2026-10-01 11:59:00 {zone}") is None


@pytest.mark.parametrize(
    "written",
    [
        *("2026-07-01 12:00:00 CET", "2026-12-01 12:00:00 CEST"),  # not its name at that time
        *("2026-10-25 02:30:00 Europe/Berlin", "2026-03-29 02:30:00 Europe/Berlin"),  # twice, and never
        *("2026-10-01 23:59:00+02:00 CEST", "2026-10-01 +0200", "20261001123", "2026-W40-4", "2026-10-01 23:59:60"),
        *("2026-10-01 11:59:00 Mars/Olympus", "2026-10-01 11:59:00 ../etc/x", "2026-10-01 11:59:00 Europe/"),
        *("2026-10-01 11:59:00 America/Argentina", "2026-10-01 11:59:00 +99:99", f"2026-10-01 11:59 a/{'b' * 900}"),
        *("0001-01-01 00:00:00 +0900", "9999-12-31 23:59:59 -0900", "1900-01-01", "", "01.03.2027 23:10"),
        *("2026-10-01\x00 23:59", "２０２６-１０-０１ 23:59", "2026-10-01\n23:59", "2026-10-01学23:59"),
    ],
)
def test_what_is_no_time_or_could_be_two_is_none(written):
    assert moment(written, "Europe/Berlin") is None


def test_the_text_is_kept_as_nbgrader_wrote_it():
    found = timestamps.read("2026-10-01 23:59:00.000000 CEST\n", ZoneInfo("Europe/Berlin"))
    assert found == timestamps.Timestamp("2026-10-01 23:59:00.000000 CEST", datetime(2026, 10, 1, 21, 59))
