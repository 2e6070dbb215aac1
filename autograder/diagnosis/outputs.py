"""Compares the results of a student's calls with those of the course's own solution, as pairs of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from autograder.authoring.records import copy_of_record, is_record
from autograder.jail.inside import values

from . import traces

NEAR = 1e-3
"""The relative difference that is tolerated in passing checks."""


@dataclass(frozen=True)
class Call:
    """One call or backward pass of a check.

    `given` are its arguments as they were passed, None for a backward pass; `right` and `mine` are the results of the
    reference and of the student's code: a pair (value, arguments afterwards or None), or the name of an exception's
    class. `inputs` are the tensors whose gradients a backward pass gave, if known; `arguments` those of a call of the
    exercise's function, by parameter. If its check `passed`, results that are nearly right are not wrong: the check may
    compare less strictly.
    """

    given: list[Any] | None
    right: Any
    mine: Any
    inputs: Sequence[torch.Tensor] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    passed: bool = False


@dataclass(frozen=True)
class Pair:
    """A number or tensor of the student's, with the right one."""

    mine: torch.Tensor
    right: torch.Tensor
    call: Call

    @property
    def agrees(self) -> bool:
        """Return whether dtype, shape and numbers are right, within rounding."""
        if self.mine.dtype != self.right.dtype:
            return False
        return close(self.mine, self.right) or (self.call.passed and _is_near(self.mine, self.right))

    @property
    def is_gradient(self) -> bool:
        """Return whether they are gradients of a backward pass."""
        return self.call.given is None

    @property
    def inputs(self) -> Sequence[torch.Tensor]:
        """Return the call's tensor arguments, or the tensors whose gradients the backward pass gave."""
        return self.call.inputs if self.is_gradient else tensors_of(self.call)


class OtherKind(Exception):
    """Raised if outputs differ in more than numbers."""


def pairs_of(call: Call) -> Iterator[Pair]:
    """Yield the numbers and tensors of a call's result, each with the right one.

    Raises:
        OtherKind: the results differ in more than numbers.
    """
    if isinstance(call.mine, str) or isinstance(call.right, str):
        if call.mine != call.right:
            raise OtherKind
        return
    for mine, right in _leaves(call.mine[0], call.right[0]):
        yield Pair(mine, right, call)


def is_wrong(call: Call) -> bool:
    """Return whether a call gave wrong numbers or a result of another type."""
    try:
        return not all(pair.agrees for pair in pairs_of(call))
    except OtherKind:
        return True


def copy_of(value: Any) -> Any:
    """Return a copy of an argument, with its tensors outside any graph, since the called function may change it."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, list | tuple):
        return type(value)(map(copy_of, value))
    if values.is_table(value) and hasattr(value, "copy"):
        return value.copy()
    if isinstance(value, dict):
        return {key: copy_of(item) for key, item in value.items()}
    return copy_of_record(value)


def shows_a_mistake(call: Call) -> bool:
    """Return whether a call's result differs from the right one: in numbers, type, graph, or changed arguments."""
    try:
        pairs = list(pairs_of(call))
    except OtherKind:
        return True
    if any(not pair.agrees or (pair.right.requires_grad and not pair.mine.requires_grad) for pair in pairs):
        return True
    return isinstance(call.mine, tuple) and (call.mine[1] is None) != (call.right[1] is None)


def _leaves(mine: Any, right: Any) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    if isinstance(right, list | tuple):
        if not isinstance(mine, list | tuple) or len(mine) != len(right):
            raise OtherKind
        for one, other in zip(mine, right, strict=True):
            yield from _leaves(one, other)
        return
    if isinstance(right, dict):
        if not isinstance(mine, dict) or mine.keys() != right.keys():
            raise OtherKind
        for key in right:
            yield from _leaves(mine[key], right[key])
        return
    first, second = as_tensor(mine), as_tensor(right)
    kinds = {type(mine), type(right)}
    if first is not None and second is not None and (len(kinds) == 1 or kinds == {int, float}):
        yield first, second
    elif hasattr(right, "_handle") and hasattr(mine, "_handle"):
        return
    elif first is not None or second is not None or type(mine) is not type(right) or not _equal(mine, right):
        raise OtherKind


def as_tensor(value: Any) -> torch.Tensor | None:
    """Return a number, array or dense real tensor as a tensor; None for anything else."""
    if isinstance(value, torch.Tensor):
        return value if value.layout == torch.strided and not value.is_complex() else None
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
        return torch.from_numpy(value.astype(value.dtype.newbyteorder("=")))
    if isinstance(value, float):
        return torch.tensor(value, dtype=torch.float64)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        return torch.tensor(value)
    return None


def _equal(mine: Any, right: Any) -> bool:
    if isinstance(right, torch.Tensor):  # sparse or complex
        return False
    if values.is_table(right) or is_record(right):
        return traces.same(mine, right)
    if hasattr(right, "tobytes"):
        return bool(mine.size == right.size and mine.tobytes() == right.tobytes())
    return bool(mine == right) if isinstance(right, str | bool | int | float | None) else False


def close(
    mine: torch.Tensor, right: torch.Tensor, changed: Callable[[torch.Tensor], torch.Tensor] = lambda right: right
) -> bool:
    """Return whether `mine` is `changed(right)` within rounding: 1e-9 for float64 and int64 only, else 1e-4."""
    if mine.shape != right.shape:
        return False
    fine = {mine.dtype, right.dtype} <= {torch.float64, torch.int64}
    rtol = 1e-9 if fine else 1e-4
    one, other = mine.detach().double(), right.detach().double()
    other = changed(other)
    finite = other[other.isfinite()].abs()
    scale = float(finite.max()) if finite.numel() else 0.0
    return torch.allclose(one, other, rtol=rtol, atol=rtol * max(scale, 1e-3), equal_nan=True)


def _is_near(mine: torch.Tensor, right: torch.Tensor) -> bool:
    if mine.shape != right.shape:
        return False
    one, other = mine.detach().double(), right.detach().double()
    finite = other[other.isfinite()].abs()
    scale = float(finite.max()) if finite.numel() else 0.0
    return torch.allclose(one, other, rtol=NEAR, atol=NEAR * scale, equal_nan=True)


def tensors_of(call: Call) -> list[torch.Tensor]:
    """Return the tensors among a call's arguments."""
    return [item for item in call.given or [] if isinstance(item, torch.Tensor)]
