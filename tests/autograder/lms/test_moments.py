"""Dates from elsewhere are read as they were meant, or refused with their line."""

from zoneinfo import ZoneInfo

import pytest

from autograder.errors import AutograderError
from autograder.lms import roster
from autograder.lms.moments import moment

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01.03.2027 23:10", "2027-03-01 23:10:00+01:00"),
        ("1.3.2027, 23:10:05", "2027-03-01 23:10:05+01:00"),
        ("01.03.27 23.10", "2027-03-01 23:10:00+01:00"),
        ("13.03.2027", "2027-03-13 00:00:00+01:00"),
        ("2027. 03. 01. 23:10", "2027-03-01 23:10:00+01:00"),
        ("2027/03/01 23:10", "2027-03-01 23:10:00+01:00"),
        ("13/03/2027 23:10", "2027-03-13 23:10:00+01:00"),
        ("03/13/2027 11:10 PM", "2027-03-13 23:10:00+01:00"),
        ("05/05/2027 23:10", "2027-05-05 23:10:00+02:00"),
        ("13-03-2027 23:10", "2027-03-13 23:10:00+01:00"),
        ("Thursday, 1 October 2026, 11:59 PM", "2026-10-01 23:59:00+02:00"),
        ("2026-10-01T23:59:00Z", "2026-10-01 23:59:00+00:00"),
        ("2026-10-01 23:59:00 +0530", "2026-10-01 23:59:00+05:30"),
        ("2026-10-01 23:59:00.123456 UTC", "2026-10-01 23:59:00.123456+00:00"),
        ("2026-10-01 23:59 GMT+0200", "2026-10-01 23:59:00+02:00"),
        ("2026-10-01 23:59 UTC-4", "2026-10-01 23:59:00-04:00"),
        ("2026-12-01 23:59", "2026-12-01 23:59:00+01:00"),
    ],
)
def test_a_date_is_read_as_it_was_meant(text, expected):
    assert str(moment(text, BERLIN)) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("01/03/2027 23:59", "could be 2027-03-01 or 2027-01-03"),
        ("01-03-2027", "could be 2027-03-01 or 2027-01-03"),
        ("Mon 3/1/2027", "could be 2027-01-03 or 2027-03-01"),
        ("13/03/27", "year"),
        ("46296.99930556", "spreadsheet's number for 2026-10-01 23:59"),
        ("46296,99930556", "spreadsheet's number for 2026-10-01 23:59"),
        ("46296", "spreadsheet's number for 2026-10-01 00:00"),
        ("1790000000", "no time"),
        ("23:59", "no whole date"),
        ("October 1", "no whole date"),
        ("2026-10", "no whole date"),
        ("31.02.2027", "no time"),
        ("2026-10-01 23:59 EST", "no time"),
        ("0001-01-01 00:00", "no time"),
        ("yesterday", "no time"),
    ],
)
def test_what_is_no_date_or_could_be_two_is_refused_with_its_line(tmp_path, text, said):
    path = tmp_path / "times.csv"
    path.write_text(f'id,submitted\nada,2026-10-01 23:59\nalan,"{text}"\n')
    with pytest.raises(AutograderError, match=said) as error:
        roster.times(path, None, BERLIN)
    assert str(error.value).startswith(f"{path}:3: submitted: {text!r} ") and "write" in str(error.value)
