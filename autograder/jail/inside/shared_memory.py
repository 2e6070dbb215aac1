"""Runs in the jail and outside it: finds which values of one frame share memory.

Arguments that share memory outside share it inside as well, and a result that is a view of an argument is also one for
the caller. Only numeric values without gradients are considered: memory shared within a graph is left to autograd.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.lib.array_utils import byte_bounds

PLAIN = frozenset({torch.bool, torch.uint8, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64})
"""Dtypes that numpy has as well and that have no conjugated views."""
MAX_BUFFERS = 1000
"""Frames with more tensors and arrays are not searched for shared memory."""


@dataclass(frozen=True)
class Memory:
    """An address range that contains several values, and its bytes."""

    start: int
    data: bytes


def numbers(value: Any) -> np.ndarray[Any, Any] | None:
    """Return the elements of a tensor or array as an array over the same memory; None if it cannot be shared."""
    if type(value) is torch.Tensor:
        if value.requires_grad or value.layout != torch.strided or value.device.type != "cpu" or value.is_conj():
            return None
        if value.is_neg() or value.dtype in _NOT_IN_NUMPY:
            return None
        value = value.numpy()
    if type(value) is not np.ndarray or value.dtype.kind not in "biufc" or value.size == 0:
        return None
    return value


def _bounds(value: Any) -> tuple[int, int] | None:
    """Return the addresses of the first element of `numbers(value)` and of the end of the last."""
    is_plain = type(value) is torch.Tensor and value.layout == torch.strided and value.dtype in PLAIN
    if is_plain and value.is_contiguous():  # the fast path
        if value.requires_grad or value.is_neg() or not value.is_cpu or value.numel() == 0:
            return None
        start = value.data_ptr()
        return start, start + value.nbytes
    elements = numbers(value)
    return None if elements is None else byte_bounds(elements)


_NOT_IN_NUMPY = frozenset(
    item
    for item in vars(torch).values()
    if isinstance(item, torch.dtype) and ("bfloat" in str(item) or "8_" in str(item))
) | {torch.complex32}


def shared(values: Iterable[Any]) -> dict[int, Memory]:
    """Return the memory, by id, of every tensor or array in `values` that overlaps with another one."""
    found: list[tuple[int, int, int]] = []
    buffers = list(_buffers(values))
    for value in buffers if len(buffers) > 1 else ():
        if bounds := _bounds(value):
            found.append((*bounds, id(value)))
    if not 1 < len(found) <= MAX_BUFFERS or len({number for *_, number in found}) < 2:
        return {}
    found.sort()
    if all(end <= start for (_, end, _), (start, *_) in pairwise(found)):  # almost always
        return {}
    memories: dict[int, Memory] = {}
    group: list[int] = []
    low = high = 0
    for start, end, number in [*found, (1 << 64, 1 << 64, 0)]:
        if group and start < high:
            high = max(high, end)
            group.append(number)
            continue
        if len(set(group)) > 1:
            memory = Memory(low, _bytes(low, high))
            memories |= dict.fromkeys(group, memory)
        group, low, high = [number], start, end
    return memories


def memory_of(array: np.ndarray[Any, Any]) -> Memory | None:
    """Return the memory of an array's elements; None if it is far larger than they are, or they are not numbers."""
    if numbers(array) is None:
        return None
    low, high = byte_bounds(array)
    return Memory(low, _bytes(low, high)) if high - low <= (1 << 20) + 8 * array.nbytes else None


def _bytes(start: int, end: int) -> bytes:
    return ctypes.string_at(start, end - start)


def _buffers(values: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    for value in values:
        if isinstance(value, torch.Tensor | np.ndarray):
            yield value
        elif depth < 8 and isinstance(value, list | tuple):
            yield from _buffers(value, depth + 1)
        elif depth < 8 and isinstance(value, dict):
            yield from _buffers(dict.values(value), depth + 1)


def rebased(value: Any, theirs: list[Any], ours: list[Any]) -> Any:
    """Return `value`, over the memory of one of `ours` if it lies, unchanged, in that of its counterpart in `theirs`.

    Only arguments that are contiguous on both sides are considered: there, equal offsets mean the same element.
    """
    if isinstance(value, list | tuple):
        return type(value)(rebased(item, theirs, ours) for item in value)
    if isinstance(value, dict):
        return {key: rebased(item, theirs, ours) for key, item in value.items()}
    elements = numbers(value)
    if elements is None:
        return value
    start, end = byte_bounds(elements)
    for their, our in zip(_buffers(theirs), _buffers(ours), strict=False):
        inner, outer = numbers(their), numbers(our)
        if inner is None or outer is None or (inner.dtype, inner.nbytes) != (outer.dtype, outer.nbytes):
            continue
        if not (inner.flags.c_contiguous and outer.flags.c_contiguous and outer.flags.writeable):
            continue
        if inner.tobytes() != outer.tobytes():  # changed in place: the caller's own stays unchanged
            continue
        low, high = byte_bounds(inner)
        if low <= start and end <= high:
            offset = elements.__array_interface__["data"][0] - low
            try:
                made = np.ndarray(elements.shape, elements.dtype, buffer=outer, offset=offset, strides=elements.strides)
                return torch.from_numpy(made) if isinstance(value, torch.Tensor) else made
            except (ValueError, TypeError):
                return value
    return value
