"""Tables of pandas travel by their columns, dtypes and indexes; what claims to be one is not believed."""

import copy

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

pd = pytest.importorskip("pandas")

from autograder.authoring import Difference, assert_close, assert_equal  # noqa: E402
from autograder.diagnosis.outputs import Call, copy_of, is_wrong  # noqa: E402
from autograder.diagnosis.traces import from_bytes, same, to_bytes  # noqa: E402
from autograder.jail.inside import values, wire  # noqa: E402
from autograder.jail.inside.values import tables  # noqa: E402


def refuse(value):
    raise wire.WireError(f"{type(value).__name__} stays")


def packed(value):
    packer = values.Packer(refuse)
    node = packer.pack(value)
    return wire.encode(wire.Returned(0, node, None, [])), b"".join(map(bytes, packer.body))


def there_and_back(value):
    head, body = packed(value)
    unpacker = values.Unpacker(memoryview(body), refuse)
    return unpacker.unpack(wire.decode_from_student(head).value)


MIXED = pd.DataFrame(
    {
        "whole": [1, 2, 3],
        "small": np.array([1, 2, 3], dtype="int8"),
        "real": [1.5, np.nan, -0.0],
        "truth": [True, False, True],
        "text": ["x", None, "文"],
        "string": pd.array(["p", None, "q"], dtype="string"),
        "kind": pd.Categorical(["u", None, "u"], categories=["v", "u"], ordered=True),
        "moment": pd.date_range("2026-01-01", periods=3),
        "zoned": pd.date_range("2026-03-28", periods=3, tz="Europe/Berlin"),
        "span": pd.to_timedelta([1, 2, None], unit="s"),
        "Int64": pd.array([1, None, 3], dtype="Int64"),
        "boolean": pd.array([True, None, False], dtype="boolean"),
        "any": pd.Series([1, "x", None], dtype=object),
    },
    index=pd.Index(["r", "s", "t"], name="rows"),
)
TABLES = {
    "all dtypes": MIXED,
    "a column": MIXED["real"],
    "one row": MIXED.iloc[0:1],
    "an index": MIXED.index,
    "a range": pd.RangeIndex(3, 9, 2, name="n"),
    "levels": MIXED.set_index(["whole", "text"]),
    "level's names": pd.MultiIndex.from_product([[1, 2], ["a", "b"]], names=["n", None]),
    "turned": MIXED[["whole", "real"]].T,
    "nothing": pd.DataFrame(),
    "no rows": pd.DataFrame(columns=["a", "b"]),
    "no columns": pd.DataFrame(index=[1, 2]),
    "the same label twice": pd.DataFrame([[1, 2.5]], columns=["a", "a"]),
    "a tuple for a name": pd.Series([1, 2], name=("a", 1)),
    "grouped": MIXED.groupby("kind", observed=False)["whole"].sum(),
    "described": MIXED.describe(include="number"),
    "labels that are moments": pd.DataFrame([[1, 2]], columns=pd.date_range("2026-01-01", periods=2)),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_arrives_as_it_was(kind):
    before = TABLES[kind]
    after = there_and_back(before)
    for item, compare in (
        (pd.DataFrame, pd.testing.assert_frame_equal),
        (pd.Series, pd.testing.assert_series_equal),
        (pd.Index, pd.testing.assert_index_equal),
    ):
        if isinstance(before, item):
            compare(after, before, **({} if item is pd.Index else {"check_freq": False}))
    assert_equal(after, before)
    assert same(after, before) and same(from_bytes(to_bytes({"a": [(before, None)]}))["a"][0][0], before)
    assert not is_wrong(Call([], (before, None), (after, None)))


@pytest.mark.parametrize(
    "value",
    [pd.NaT, pd.NA, pd.Timestamp("2026-01-01 12:00:00.5", tz="Asia/Kolkata"), pd.Timestamp("2026-01-01"), pd.Timedelta("3s")],
)  # fmt: skip
def test_a_scalar_arrives_as_it_was(value):
    after = there_and_back(value)
    assert type(after) is type(value) and (after is value or after == value)


@pytest.mark.parametrize(
    "value",
    [
        pd.Series([object()], dtype=object),
        pd.Series([[1, 2]], dtype=object),
        pd.Series([print], dtype=object),
        pd.Series(pd.period_range("2026", periods=2, freq="Y")),
        pd.Series(pd.interval_range(0, 2)),
        pd.DataFrame({"a": [pd.Series([1])]}),
    ],
)
def test_what_does_not_travel_is_said(value):
    with pytest.raises(wire.WireError, match="cannot travel"):
        packed(value)


LONG = slice(0, 2**40, 1)
FORGED = {
    "no parts": [],
    "another kind": ["Panel", []],
    "not a list": {"DataFrame": 1},
    "columns of other lengths": ["DataFrame", [["<i8", None, np.arange(2)], ["<i8", None, np.arange(3)]], [["range", None, slice(0, 2, 1)]], [["range", None, slice(0, 2, 1)]]],
    "too few labels": ["DataFrame", [["<i8", None, np.arange(2)]], [["range", None, slice(0, 2, 1)]], [["range", None, slice(0, 3, 1)]]],
    "a huge range": ["Index", [["range", None, LONG]]],
    "a range without end": ["Index", [["range", None, slice(0, 2**70, 1)]]],
    "a step of 0": ["Index", [["range", None, slice(0, 2, 0)]]],
    "another dtype": ["Series", ["<f8", None, np.arange(2)], [["range", None, slice(0, 2, 1)]]],
    "an array of texts": ["Series", ["<U1", None, np.array(["a"])], [["range", None, slice(0, 1, 1)]]],
    "a square": ["Series", ["<i8", None, np.ones((2, 2), dtype="<i8")], [["range", None, slice(0, 2, 1)]]],
    "a scalar for a column": ["Series", ["<i8", None, np.int64(1)], [["range", None, slice(0, 1, 1)]]],
    "a code beyond": ["Series", ["category", None, np.array([5], dtype="i1"), ["object", None, ["a"]], False], [["range", None, slice(0, 1, 1)]]],
    "categories twice": ["Series", ["category", None, np.array([0], dtype="i1"), ["object", None, ["a", "a"]], False], [["range", None, slice(0, 1, 1)]]],
    "categories of categories": ["Series", ["category", None, np.array([0], dtype="i1"), ["category", None, np.array([0], dtype="i1"), ["object", None, ["a"]], False], False], [["range", None, slice(0, 1, 1)]]],
    "a mask of another length": ["Series", ["Int64", None, np.arange(2), np.array([True])], [["range", None, slice(0, 2, 1)]]],
    "a mask of numbers": ["Series", ["Int64", None, np.arange(2), np.arange(2)], [["range", None, slice(0, 2, 1)]]],
    "a zone that is a file": ["Series", ["datetime64[ns, dateutil//etc/hosts]", None, np.zeros(1, "M8[ns]")], [["range", None, slice(0, 1, 1)]]],
    "a zone that is a path": ["Series", ["datetime64[ns, ../../etc/hosts]", None, np.zeros(1, "M8[ns]")], [["range", None, slice(0, 1, 1)]]],
    "a dtype that is imported": ["Series", ["datetime64[ns, x]; import os", None, np.zeros(1, "M8[ns]")], [["range", None, slice(0, 1, 1)]]],
    "a list in a cell": ["Series", ["object", None, [[1]]], [["range", None, slice(0, 1, 1)]]],
    "a table in a cell": ["Series", ["object", None, [MIXED]], [["range", None, slice(0, 1, 1)]]],
    "numbers among texts": ["Series", ["str", None, [1]], [["range", None, slice(0, 1, 1)]]],
    "a name that has no hash": ["Series", ["<i8", [1], np.arange(1)], [["range", None, slice(0, 1, 1)]]],
    "no levels": ["Index", []],
    "a level that is none": ["Index", [3]],
    "too many levels": ["Index", [["object", None, []]] * (tables.MAX_COLUMNS + 1)],
    "too many columns": ["DataFrame", [["object", None, []]] * (tables.MAX_COLUMNS + 1), [["range", None, slice(0, 0, 1)]], []],
    "a scalar of another kind": ["scalar", ["object", None, [1]]],
    "two for a scalar": ["scalar", ["<M8[ns]", None, np.zeros(2, "M8[ns]")]],
}  # fmt: skip


@pytest.mark.parametrize("kind", FORGED)
def test_what_is_no_table_is_refused(kind):
    with pytest.raises(wire.WireError):
        tables.table(FORGED[kind])


def test_a_handle_is_no_cell():
    items = wire.Items("list", [wire.Handle(0, "object", "x", [])])
    column = wire.Items("list", ["object", None, items])
    index = wire.Items("list", [wire.Items("list", ["range", None, wire.Slice(0, 1, 1)])])
    node = wire.Table(wire.Items("list", ["Series", column, index]))
    with pytest.raises(wire.WireError, match="not a cell"):
        values.Unpacker(memoryview(b""), lambda handle: object()).unpack(node)


def test_without_pandas_there_are_no_tables(monkeypatch):
    head, body = packed(MIXED["whole"])
    monkeypatch.delitem(__import__("sys").modules, "pandas")
    with pytest.raises(wire.WireError, match="does not name among its packages"):
        values.Unpacker(memoryview(body), refuse).unpack(wire.decode_from_student(head).value)


LEAF = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**65), 2**65), st.floats(), st.text(max_size=5), st.just(LONG),
    st.sampled_from([np.arange(3), np.ones((2, 2)), np.zeros(2, "M8[ns]"), np.array([True]), [], ["object", None, [1]], pd.NA]),
)  # fmt: skip


def _places(parts, path=()):
    yield path
    if isinstance(parts, list):
        for place, item in enumerate(parts):
            yield from _places(item, (*path, place))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_change_of_the_parts_gives_a_table_or_is_refused(data):
    parts = copy.deepcopy(tables.parts(TABLES[data.draw(st.sampled_from(sorted(TABLES)))]))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([path for path in _places(parts) if path]))
        inner = parts
        for place in path[:-1]:
            inner = inner[place]
        if data.draw(st.booleans()):
            inner[path[-1]] = data.draw(LEAF)
        else:
            del inner[path[-1]]
        if not isinstance(parts, list) or not parts:
            break
    try:
        made = tables.table(parts)
    except wire.WireError:
        return
    assert values.is_table(made)
    repr(made)


@pytest.mark.parametrize(
    ("mine", "right", "says"),
    [
        (3, MIXED, "the result should be a DataFrame of 3 rows with the columns"),
        (MIXED["real"], MIXED, "should be a DataFrame of 3 rows"),
        (MIXED.drop(columns="real"), MIXED, "has the columns"),
        (MIXED.iloc[:2], MIXED, "the result has 2 rows and should have 3"),
        (MIXED.reset_index(drop=True), MIXED, "the index of the result is int64 and should be"),
        (MIXED.assign(whole=MIXED["whole"] * 1.0), MIXED, "the column 'whole' of the result is float64 and should be int64"),
        (MIXED.assign(whole=[1, 5, 3]), MIXED, "the column 'whole' of the result differs at 1 of 3 places, most at [1]: 5"),
        (MIXED.assign(text=["x", "y", "文"]), MIXED, "the column 'text' of the result differs at 1 of 3 places, first at [1]"),
        (MIXED["real"].rename("x"), MIXED["real"], "the result is named x and should be real"),
        (MIXED.rename_axis("x")["real"], MIXED["real"], "the index of the result is named"),
        (pd.RangeIndex(3), pd.RangeIndex(4), "the result has 3 rows and should have 4"),
    ],
)  # fmt: skip
def test_a_difference_is_told_as_a_sentence(mine, right, says):
    with pytest.raises(Difference) as told:
        assert_close(mine, right)
    assert says in str(told.value), str(told.value)


def test_a_copy_is_apart_and_numbers_are_compared_within_their_tolerance():
    copied = copy_of(MIXED)
    copied.loc["r", "whole"] = 9
    assert MIXED.loc["r", "whole"] == 1
    assert_close(MIXED.assign(real=MIXED["real"] + 1e-12), MIXED)
    with pytest.raises(Difference):
        assert_equal(MIXED.assign(real=MIXED["real"] + 1e-12), MIXED)
