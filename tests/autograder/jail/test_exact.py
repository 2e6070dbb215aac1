"""Dates, times, decimals, fractions and sets travel exactly; what claims to be one is not believed."""

import contextlib
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given

from autograder.authoring import Difference, assert_equal
from autograder.jail.inside import values, wire


def refuse(value):
    raise wire.WireError(f"{type(value).__name__} stays")


def there_and_back(value):
    packer = values.Packer(refuse)
    head = wire.encode(wire.Returned(0, packer.pack(value), None, []))
    return values.Unpacker(memoryview(b"".join(packer.body)), refuse).unpack(wire.decode_from_student(head).value)


VALUES = st.one_of(
    st.decimals().filter(lambda item: not item.is_snan() and (not item.is_finite() or abs(item.adjusted()) < 10_000)),
    st.fractions(),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))])),
    st.datetimes(timezones=st.sampled_from([ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")])),
    st.timedeltas(),
)


@given(VALUES)
def test_a_value_arrives_as_it_was(value):
    after = there_and_back(value)
    assert type(after) is type(value) and repr(after) == repr(value)
    assert getattr(after, "fold", 0) == getattr(value, "fold", 0)
    assert there_and_back({"a": [value, {1, 2}, frozenset("x")]})["a"][1:] == [{1, 2}, frozenset("x")]


class Later(date):
    pass


@pytest.mark.parametrize("value", [Later(2026, 1, 1), Fraction(1, 10**6000), Decimal("1" * 5000)])
def test_what_is_derived_or_too_long_stays(value):
    with pytest.raises(wire.WireError, match="stays"):
        there_and_back(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("decimal", "1e999999999"),
        ("decimal", "sNaN"),
        ("decimal", "one"),
        ("decimal", "1" * 5000),
        ("fraction", "1/0"),
        ("fraction", "1"),
        ("fraction", "1/2/3"),
        ("date", "2026-02-30"),
        ("date", "tomorrow"),
        ("datetime", "2026-01-01T00:00:00;0 ../../etc/hosts"),
        ("datetime", "2026-01-01T00:00:00;0 /etc/hosts"),
        ("datetime", "2026-01-01T25:00:00"),
        ("time", "24:61"),
        ("timedelta", "9999999999,0,0"),
        ("timedelta", "999999999,99999,999999"),
        ("timedelta", ""),
    ],
)
def test_what_is_none_is_refused(kind, text):
    with pytest.raises(wire.WireError, match="not a constant"):
        values.Unpacker(memoryview(b""), refuse).unpack(wire.Number(kind, text))


@given(st.sampled_from(["decimal", "fraction", "date", "datetime", "time", "timedelta"]), st.text(max_size=40))
def test_any_text_gives_a_value_or_is_refused(kind, text):
    with contextlib.suppress(wire.WireError):
        values.Unpacker(memoryview(b""), refuse).unpack(wire.Number(kind, text))


@pytest.mark.parametrize(
    ("mine", "right"),
    [
        (Decimal("1.0"), 1.0),
        (Decimal("1.1"), Decimal("1.2")),
        (Fraction(1, 2), Fraction(1, 3)),
        (datetime(2026, 1, 1), date(2026, 1, 1)),
        (time(1), time(2)),
        (timedelta(1), timedelta(2)),
        ({1, 2}, {1, 3}),
        ({1.0}, {1}),
        ([1], {1}),
        (frozenset({1}), {1}),
        (b"a", b"b"),
    ],
)
def test_a_difference_is_told(mine, right):
    assert_equal(right, right)
    with pytest.raises(Difference, match="should be"):
        assert_equal(mine, right)
