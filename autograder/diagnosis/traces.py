"""Compares and encodes traces, the results of the calls of an exercise's checks; comparisons allow for rounding."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import torch

from autograder.authoring.records import is_record, parts
from autograder.jail.inside import values, wire
from autograder.session import records
from autograder.session.remote import handle_of

Trace = dict[str, list[Any]]
"""The results of the calls, by the check's name, as a session records them."""

MAX_ELEMENTS = 1024
"""The number of elements that are kept of a larger tensor."""
MAX_BYTES = 1 << 19
"""The maximum size of an encoded trace, in bytes; a trace that is larger even when thinned is not kept."""


# --- compared ---------------------------------------------------------------------------------------------------------


def says_something(entry: Any) -> bool:
    """Return whether an entry is a value: exceptions and functions alone look alike in many wrong solutions."""
    return isinstance(entry, tuple) and not hasattr(entry[0], "_handle") and entry[0] is not None


def without_sharing(entries: list[Any]) -> list[Any]:
    """Return the entries without the note that a value shares memory with an argument: a view is as good as a copy."""
    return [(entry[0], None) if isinstance(entry, tuple) and entry[1] == () else entry for entry in entries]


def same(mine: Any, other: Any) -> bool:
    """Return whether two traces, or two values in them, are the same within the rounding of their dtype."""
    if mine is None or isinstance(mine, (str, int)):  # first, since type checks against torch take longer
        return type(mine) is type(other) and bool(mine == other)
    if isinstance(mine, torch.Tensor):
        return isinstance(other, torch.Tensor) and _same_tensor(mine, other)
    if isinstance(mine, np.ndarray | np.generic):
        return type(mine) is type(other) and _same_array(np.asarray(mine), np.asarray(other))
    if isinstance(mine, dict):
        return isinstance(other, dict) and mine.keys() == other.keys() and all(same(mine[k], other[k]) for k in mine)
    if isinstance(mine, list | tuple):
        return type(mine) is type(other) and len(mine) == len(other) and all(map(same, mine, other))
    if isinstance(mine, float) and isinstance(other, float):
        return mine == other or (mine != mine and other != other) or abs(mine - other) <= 1e-6 * max(1.0, abs(other))
    if hasattr(mine, "_handle") and hasattr(other, "_handle"):  # one of them may be decoded
        return bool(mine._handle.kind == other._handle.kind)
    if is_record(mine) and is_record(other):  # one of them may be decoded where its module is not imported
        try:
            (name, fields), (other_name, others) = parts(mine), parts(other)
        except Exception:  # a class of the course that does not expect its own data
            return False
        return name.rpartition(".")[2] == other_name.rpartition(".")[2] and same({**fields}, {**others})
    if type(mine) is not type(other):
        return False
    if values.is_table(mine):
        return same(values.parts_of_table(mine), values.parts_of_table(other))
    if isinstance(mine, torch.Generator):
        return bool(torch.equal(mine.get_state(), other.get_state()))
    if hasattr(mine, "tobytes"):
        return bool(mine.size == other.size and mine.tobytes() == other.tobytes())
    return bool(mine == other)


def _same_tensor(mine: torch.Tensor, other: torch.Tensor) -> bool:
    if (mine.shape, mine.dtype, mine.layout, mine.requires_grad) != (
        other.shape,
        other.dtype,
        other.layout,
        other.requires_grad,
    ):
        return False
    if mine.layout == torch.sparse_coo:  # the stored indices matter as well, even if their values are zero
        first, second = _entries(mine), _entries(other)
        return torch.equal(first._indices(), second._indices()) and _same_tensor(first._values(), second._values())
    if not (mine.is_floating_point() or mine.is_complex()):
        return torch.equal(mine, other)
    first, second = _numbers(mine), _numbers(other)
    rtol, atol = _tolerance(mine.dtype, second)
    return torch.allclose(first, second, rtol=rtol, atol=atol, equal_nan=True)


def _entries(tensor: torch.Tensor) -> torch.Tensor:
    try:
        return tensor.detach().coalesce()
    except RuntimeError:  # coalesce cannot add every dtype
        return tensor.detach()


def _numbers(tensor: torch.Tensor) -> torch.Tensor:
    plain = tensor.detach()
    return (torch.view_as_real(plain) if plain.is_complex() else plain).double()


def _tolerance(dtype: torch.dtype, numbers: torch.Tensor) -> tuple[float, float]:
    rtol = 1e-9 if dtype in (torch.float64, torch.complex128) else 1e-4
    scale = float(numbers.abs().nan_to_num(posinf=0).max()) if numbers.numel() else 0.0
    return rtol, rtol * max(scale, 1e-3)


def _same_array(mine: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    if mine.dtype != other.dtype or mine.shape != other.shape:
        return False
    if mine.dtype.kind in "fc":
        return bool(np.allclose(mine, other, rtol=1e-4, atol=1e-6, equal_nan=True))
    if mine.dtype.kind in "mM":  # NaT is not equal to itself
        return bool(np.array_equal(mine.view("i8"), other.view("i8")))
    return bool(np.array_equal(mine, other))


def same_but_for_the_graph(mine: Trace, other: Trace) -> bool:
    """Return whether the values are the same, and some of the student's lack the graph that the others have.

    A check ends where a gradient is missing, and so may the student's own code, since NumPy's functions raise an error
    for tensors that require gradients.
    """
    lacks = False
    for check, entries in mine.items():
        others = other.get(check, [])
        if len(entries) > len(others):
            return False
        ended = False
        for one, two in zip(entries, others, strict=False):
            needs = isinstance(two, tuple) and _needs_gradient(two[0])
            ended = needs and (one == "RuntimeError" or not (isinstance(one, tuple) and _needs_gradient(one[0])))
            if (needs and one == "RuntimeError") or (isinstance(one, str) and isinstance(two, str)):
                continue  # torch and NumPy raise different exceptions for the same fault
            if not same(_detached(one), _detached(two)):
                return False
            lacks = lacks or ended
        if len(entries) < len(others) and not ended:
            return False
    return lacks


def _needs_gradient(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_needs_gradient, value))
    return isinstance(value, torch.Tensor) and value.requires_grad


def _detached(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(map(_detached, value))
    return value.detach() if isinstance(value, torch.Tensor) else value


def ends_otherwise(mine: list[Any], right: list[Any]) -> bool:
    """Return whether a call gave an exception in place of a value, or a dict with other keys."""
    return any(itertools.starmap(_is_of_another_kind, zip(mine, right, strict=False)))


def _is_of_another_kind(mine: Any, right: Any) -> bool:
    if not isinstance(right, tuple):
        return False
    if isinstance(mine, str):
        return True
    return isinstance(right[0], dict) and not (isinstance(mine[0], dict) and mine[0].keys() == right[0].keys())


def same_until_it_ends(mine: list[Any], other: list[Any]) -> bool:
    """Return whether calls gave the same until the first that ended with an exception."""
    for one, two in zip(mine, other, strict=False):
        if _is_of_another_kind(one, two):
            return True
        if not same(one, two):
            return False
    return False


def parts_of(trace: Trace) -> list[list[Any]] | None:
    """Return, for each position, the results at it of every check's first call, and a last list with everything else.

    Only first calls are compared, since later ones may be passed what an earlier one returned. None if the calls give
    one result, or different numbers of results.
    """
    sizes = {len(entry[0]) if isinstance(entry[0], tuple) else 1 for entry in _pairs(trace) if says_something(entry)}
    size = sizes.pop() if len(sizes) == 1 else 1
    if size == 1:
        return None
    parts: list[list[Any]] = [[] for _ in range(size + 1)]
    for name in sorted(trace):
        entry = next(filter(says_something, trace[name]), None)
        if entry is None:
            parts[size].append((name, *trace[name]))
            continue
        for place in range(size):
            parts[place].append(entry[0][place])
        parts[size].append((name, entry[1]))
    return parts


def _pairs(trace: Trace) -> list[Any]:
    return [entry for entries in trace.values() for entry in entries if isinstance(entry, tuple)]


def floats_in(value: Any) -> int:
    """Return the number of floating-point numbers in a result."""
    if isinstance(value, list | tuple):
        return sum(map(floats_in, value))
    return value.numel() if isinstance(value, torch.Tensor) and value.is_floating_point() else 0


def apart(mine: Any, other: Any) -> float:
    """Return the largest difference between the numbers of two equal traces, in units of the tolerance.

    A difference below a hundredth of the tolerance is rounding, and counts as 0.
    """
    if isinstance(mine, torch.Tensor) and mine.layout == torch.strided and mine.is_floating_point() and mine.numel():
        _, atol = _tolerance(mine.dtype, _numbers(other))
        most = float((_numbers(mine) - _numbers(other)).abs().nan_to_num(posinf=0).max()) / atol
        return most if most >= 0.01 else 0.0
    if isinstance(mine, dict):
        return max((apart(mine[key], other[key]) for key in mine), default=0.0)
    if isinstance(mine, list | tuple):
        return max(map(apart, mine, other), default=0.0)
    return 0.0


def agreeing(mine: Trace, other: Trace) -> float:
    """Return the share of the calls that gave the same, from 0 to 1."""
    pairs = [
        pair
        for check in mine.keys() | other.keys()
        for pair in itertools.zip_longest(mine.get(check, []), other.get(check, []))
    ]
    return sum(same(*pair) for pair in pairs) / len(pairs) if pairs else 0.0


# --- kept -------------------------------------------------------------------------------------------------------------


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    whole: bool
    head: bytes
    body: bytes


@dataclass(frozen=True)
class _Placeholder:
    """In a decoded trace, the placeholder for an object in the jail."""

    _handle: wire.Handle


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(_Kept)


def to_bytes(trace: Trace) -> bytes:
    """Encode a trace, with its largest tensors thinned; return b"" if it is too large even so."""
    whole = not _has_large(trace)
    packer = values.Packer(handle_of, records=records.outside())
    try:
        node = packer.pack(trace if whole else _thinned(trace))
    except wire.WireError:  # a value of the maximum depth is nested deeper in a trace
        return b""
    kept = _encode(_Kept(whole, wire.encode(wire.Returned(0, node, None, [])), b"".join(packer.body)))
    return kept if len(kept) <= MAX_BYTES else b""


def from_bytes(data: bytes) -> Trace:
    """Decode a trace.

    Raises:
        WireError, msgspec.MsgspecError: the data is damaged.
    """
    kept = _decoder.decode(data)
    answer = wire.decode_from_student(kept.head)
    assert isinstance(answer, wire.Returned)
    trace: Trace = values.Unpacker(memoryview(kept.body), _Placeholder, records=records.outside()).unpack(answer.value)
    return trace


def is_whole(data: bytes) -> bool:
    """Return whether a trace was kept unthinned, so that a diagnosis can be made from it."""
    return bool(data) and _decoder.decode(data).whole


def _has_large(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_large, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_large, value))
    return _is_large(value)


def _is_large(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.layout == torch.strided and value.numel() > MAX_ELEMENTS
    return isinstance(value, np.ndarray) and value.size > MAX_ELEMENTS


def _thinned(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and _is_large(value):
        kept = value.detach().reshape(-1)[:: -(-value.numel() // MAX_ELEMENTS)].clone()
        return "thinned", list(value.shape), kept.requires_grad_(value.requires_grad)
    if isinstance(value, np.ndarray) and _is_large(value):
        return "thinned", list(value.shape), value.reshape(-1)[:: -(-value.size // MAX_ELEMENTS)]
    if isinstance(value, dict):
        return {key: _thinned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_thinned, value))
    return value
