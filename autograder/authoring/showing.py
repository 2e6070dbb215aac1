"""Formats values as short texts, in the language of the student."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from autograder.language import gettext

from . import records, tables

SMALL = 24
"""Tensors of at most this many elements are shown in full."""


def shown(value: Any) -> str:
    """Return a short text that shows a value."""
    if isinstance(value, torch.Tensor):
        if value.numel() <= SMALL and value.layout == torch.strided:
            return f"tensor({_rounded(value.detach())}, {dtype_of(value)})"
        return gettext("a tensor of shape {shape}, {dtype}", shape=tuple(value.shape), dtype=dtype_of(value))
    if isinstance(value, np.ndarray):
        if value.size <= SMALL:
            return f"array({np.array2string(value, precision=4, separator=', ')}, {value.dtype})".replace("\n", "")
        return gettext("an array of shape {shape}, {dtype}", shape=value.shape, dtype=value.dtype)
    if isinstance(value, Image.Image):
        size = {"mode": value.mode, "width": value.width, "height": value.height}
        return gettext("a {mode} image of {width} x {height} pixels", **size)
    if tables.is_table(value):
        return tables.shown(value)
    if records.is_record(value):
        return records.shown(value, shown)
    if isinstance(value, list | tuple) and len(value) <= 8:
        inner = ", ".join(map(shown, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, list | tuple | dict | set | frozenset):
        return container(type(value).__name__, len(value))
    if isinstance(value, float):
        return f"{value + 0.0:.6g}"
    if isinstance(value, torch.Generator):
        return gettext("a generator seeded with {seed}", seed=value.initial_seed())
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def container(kind: str, size: int) -> str:
    """Return a short text for a container of `size` items."""
    return gettext("a {kind} of {size}", kind=kind, size=size)


def shown_call(args: Sequence[Any], kwargs: dict[str, Any]) -> str:
    """Return a short text that shows the arguments of a call."""
    return ", ".join([*map(shown, args), *(f"{name}={shown(value)}" for name, value in kwargs.items())])


def dtype_of(value: torch.Tensor) -> str:
    """Return the name of a tensor's dtype."""
    return str(value.dtype).removeprefix("torch.")


def _rounded(value: torch.Tensor) -> str:
    def number(item: Any) -> Any:
        if isinstance(item, list):
            return "[" + ", ".join(map(number, item)) + "]"
        return f"{item + 0.0:.5g}" if isinstance(item, float) else str(item)

    return str(number(value.tolist())) if value.dtype not in _NO_LIST else str(number(value.float().tolist()))


_NO_LIST = tuple(
    dtype for dtype in vars(torch).values() if isinstance(dtype, torch.dtype) and str(dtype).startswith("torch.float8")
)


def scalar(value: torch.Tensor, digits: int = 6) -> str:
    """Return the only number of a tensor as text."""
    item = value.item()
    return f"{item + 0.0:.{digits}g}" if isinstance(item, float) else str(item)  # + 0.0 turns -0.0 into 0.0
