"""Runs in the jail and outside it: converts pandas tables to plain parts, and back from untrusted parts.

A table is split by columns into texts, lists and one-dimensional arrays, which are sent like other values. pandas is
only used if other code has imported it: staff's code outside, the notebook inside.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import re
import sys
from typing import Any

import numpy as np

from .. import wire
from .exact import zones
from .kinds import NUMPY_DTYPE

MAX_COLUMNS = 10_000
"""The maximum number of columns of a table, or of levels of an index: pandas takes time to create each."""
MAX_ROWS = 1 << 24
"""The maximum length of a RangeIndex: any takes a few bytes to send, but all rows are created when it is compared."""
_MASKED = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|boolean")
_ZONED = re.compile(r"datetime64\[(s|ms|us|ns), ([A-Za-z0-9_+\-/:]{1,60})\]")
_OFFSET = re.compile(r"UTC([+-]\d\d:\d\d)?")
_CELLS = (
    *(type(None), bool, int, float, complex, str, bytes, np.generic),
    *(datetime.date, datetime.time, datetime.timedelta, decimal.Decimal, fractions.Fraction),
)
"""Types that a column of objects may contain, besides the scalars of pandas."""


def is_table(value: Any) -> bool:
    """Return whether a value is a pandas type that can be sent: a DataFrame, Series, Index or scalar."""
    pd = sys.modules.get("pandas")
    return pd is not None and (
        isinstance(value, pd.DataFrame | pd.Series | pd.Index | pd.Timestamp | pd.Timedelta)
        or value is pd.NaT
        or value is pd.NA
    )


def parts(value: Any) -> list[Any]:
    """Return the parts of a table, from which `table` can rebuild it.

    Raises:
        WireError: it has a column of a type that cannot be sent.
    """
    pd = sys.modules["pandas"]
    if value is pd.NaT or value is pd.NA:
        return ["NaT" if value is pd.NaT else "NA"]
    if isinstance(value, pd.Timestamp | pd.Timedelta):
        return ["scalar", _column(pd.Series([value]), None)]
    if isinstance(value, pd.Index):
        return ["Index", _levels(value)]
    if isinstance(value, pd.Series):
        return ["Series", _column(value, value.name), _levels(value.index)]
    columns = [_column(value.iloc[:, place], None) for place in range(value.shape[1])]
    return ["DataFrame", columns, _levels(value.index), _levels(value.columns)]


def _levels(index: Any) -> list[Any]:
    pd = sys.modules["pandas"]
    if isinstance(index, pd.MultiIndex):
        return [_column(index.get_level_values(place), name) for place, name in enumerate(index.names)]
    if type(index) is pd.RangeIndex:
        return [["range", index.name, slice(index.start, index.stop, index.step)]]
    return [_column(index, index.name)]


def _column(data: Any, name: Any) -> list[Any]:
    """Return the parts of a column: dtype name, column name, values, and further data of its dtype."""
    pd = sys.modules["pandas"]
    dtype = data.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        plain = pd.Categorical(data)
        categories = _column(plain.categories, None)
        return ["category", name, np.asarray(plain.codes), categories, bool(plain.ordered)]
    if isinstance(dtype, pd.DatetimeTZDtype):
        moments = pd.DatetimeIndex(data).tz_convert("UTC").tz_localize(None)
        return [str(dtype), name, np.array(moments.to_numpy())]
    if isinstance(dtype, pd.StringDtype):
        texts = [None if missing else str(item) for item, missing in zip(data, pd.isna(data), strict=True)]
        return ["string" if dtype.na_value is pd.NA else "str", name, texts]
    if isinstance(dtype, np.dtype) and dtype.kind in "biufcmM":
        return [dtype.str, name, np.array(data.to_numpy())]
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        cells = list(data)
        if others := [type(item).__name__ for item in cells if not _is_cell(item)]:
            raise wire.WireError(f"a column that holds a {others[0][:60]} cannot travel")
        return ["object", name, cells]
    if _MASKED.fullmatch(str(dtype)):
        mask = np.array(pd.isna(data), dtype=bool)
        filler = False if str(dtype) == "boolean" else 0
        return [str(dtype), name, data.array.to_numpy(dtype=dtype.numpy_dtype, na_value=filler), mask]
    raise wire.WireError(f"a column of dtype {str(dtype)[:60]} cannot travel")


def _is_cell(item: Any) -> bool:
    return isinstance(item, _CELLS) or (is_table(item) and not hasattr(item, "columns") and np.ndim(item) == 0)


# --- from parts -------------------------------------------------------------------------------------------------------


def table(found: Any) -> Any:
    """Return the table with these parts.

    Raises:
        WireError: the parts are not a table's, or pandas is not imported, since the course does not use it.
    """
    pd = sys.modules.get("pandas")
    if pd is None:
        raise wire.WireError("a table of pandas, which this course does not name among its packages")
    try:
        return _build(pd, found)
    except wire.WireError:
        raise
    except Exception as error:  # pandas raises exceptions of all kinds
        raise wire.WireError(f"not a table: {str(error)[:200]}") from None


def _build(pd: Any, found: Any) -> Any:
    match found:
        case ["NaT"]:
            return pd.NaT
        case ["NA"]:
            return pd.NA
        case ["scalar", [str(dtype), None, *_] as column] if dtype.lstrip("<>|=")[:1] in "mM" or _ZONED.match(dtype):
            return pd.Series(_array(pd, column, 1)).iloc[0]
        case ["Index", list(levels)]:
            return _index(pd, levels, None)
        case ["Series", list(column), list(levels)]:
            index = _index(pd, levels, None)
            return pd.Series(_array(pd, column, len(index)), index=index, name=_name(column), dtype=_dtype_of(column))
        case ["DataFrame", list(columns), list(levels), list(labels)]:
            if len(columns) > MAX_COLUMNS:
                raise wire.WireError(f"a table of {len(columns)} columns, at most {MAX_COLUMNS}")
            index = _index(pd, levels, None)
            made = {
                place: pd.Series(_array(pd, column, len(index)), index=index, dtype=_dtype_of(column))
                for place, column in enumerate(columns)
            }
            frame = pd.DataFrame(made, index=index)
            frame.columns = _index(pd, labels, len(columns))
            return frame
    raise wire.WireError("not the parts of a table")


def _name(column: list[Any]) -> Any:
    name = column[1]
    flat = name if isinstance(name, tuple) else (name,)
    if not all(isinstance(item, _CELLS) or (is_table(item) and np.ndim(item) == 0) for item in flat):
        raise wire.WireError("not the name of a column")
    hash(name)
    return name


def _dtype_of(column: list[Any]) -> Any:
    """Return object for a column of objects, where pandas would infer another dtype; otherwise None."""
    return object if column[0] == "object" else None


def _index(pd: Any, levels: list[Any], length: int | None) -> Any:
    if not 0 < len(levels) <= MAX_COLUMNS or not all(isinstance(level, list) and len(level) > 2 for level in levels):
        raise wire.WireError("not the levels of an index")
    if len(levels) > 1:
        length = len(levels[0][2]) if length is None else length
        arrays = [pd.Series(_array(pd, level, length), dtype=_dtype_of(level)) for level in levels]
        return pd.MultiIndex.from_arrays(arrays, names=[_name(level) for level in levels])
    [level] = levels
    match level:
        case ["range", _, slice(start=int(start), stop=int(stop), step=int(step))] if step:
            rows = len(range(start, stop, step)) if max(map(abs, (start, stop, step))) < 2**62 else MAX_ROWS + 1
            if rows > MAX_ROWS or length not in (None, rows):
                raise wire.WireError(f"not an index of {length} rows")
            return pd.RangeIndex(start, stop, step, name=_name(level))
    array = _array(pd, level, len(level[2]) if length is None else length)
    return pd.Index(array, name=_name(level), dtype=_dtype_of(level))


def _array(pd: Any, column: Any, length: int) -> Any:
    """Return the values of a column, which must have this length, as an array of NumPy or pandas."""
    match column:
        case ["object", _, list(cells)]:
            made = np.empty(len(cells), dtype=object)
            for place, item in enumerate(cells):
                if not _is_cell(item):
                    raise wire.WireError("not a cell of a column of objects")
                made[place] = item
        case ["str" | "string" as kind, _, list(texts)]:
            if not all(item is None or isinstance(item, str) for item in texts):
                raise wire.WireError("not a column of texts")
            made = pd.array(texts, dtype=pd.StringDtype() if kind == "string" else pd.StringDtype(na_value=np.nan))
        case ["category", _, np.ndarray() as codes, list(categories), bool(ordered)] if codes.dtype.kind == "i":
            if categories[:1] == ["category"]:
                raise wire.WireError("categories of categories")
            made = pd.Categorical.from_codes(codes, _index(pd, [categories], None), ordered=ordered)
        case [str(dtype), _, np.ndarray() as numbers, np.ndarray() as mask] if _MASKED.fullmatch(dtype):
            if numbers.shape != mask.shape or mask.dtype != bool or numbers.ndim != 1:
                raise wire.WireError("not a column with missing values")
            made = pd.array(numbers, dtype=dtype)
            made[mask] = pd.NA
        case [str(dtype), _, np.ndarray() as moments] if zoned := _ZONED.fullmatch(dtype):
            if moments.dtype != np.dtype(f"M8[{zoned[1]}]") or not _is_zone(zoned[2]):
                raise wire.WireError("not a column of moments")
            made = pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(zoned[2]).array
        case [str(dtype), _, np.ndarray() as made] if NUMPY_DTYPE.fullmatch(dtype) and made.dtype.str == dtype:
            if made.dtype.kind not in "biufcmM":
                raise wire.WireError("not a column of numbers")
        case _:
            raise wire.WireError("not a column")
    if np.ndim(made) != 1 or len(made) != length:
        raise wire.WireError(f"a column of {len(made)} rows in a table of {length}")
    return made


def _is_zone(name: str) -> bool:
    """Return whether it is the name of a time zone; for other names, pandas would read files."""
    return bool(_OFFSET.fullmatch(name)) or name in zones()
