"""Tells traces that differ in numbers from those that differ only in where they are NaN, infinite or end."""

from __future__ import annotations

from typing import Any

import torch

from .traces import Trace, same


def differs_by_numbers(mine: Trace, other: Trace) -> bool:
    """Return whether two traces differ in a finite number, not only in where they are NaN, infinite or end."""
    return any(
        _other_numbers(one, two)
        for check, entries in mine.items()
        for one, two in zip(entries, other.get(check, []), strict=False)
    )


def _other_numbers(mine: Any, other: Any) -> bool:
    if isinstance(mine, torch.Tensor) and isinstance(other, torch.Tensor):
        if mine.shape != other.shape or mine.dtype != other.dtype or mine.layout != torch.strided:
            return not same(mine, other)
        finite = mine.detach().isfinite() & other.detach().isfinite()
        return not same(mine.detach()[finite], other.detach()[finite])
    if isinstance(mine, dict) and isinstance(other, dict) and mine.keys() == other.keys():
        return any(_other_numbers(mine[key], other[key]) for key in mine)
    if isinstance(mine, list | tuple) and isinstance(other, list | tuple) and len(mine) == len(other):
        return any(map(_other_numbers, mine, other))
    return not (isinstance(mine, str) or isinstance(other, str) or same(mine, other))
