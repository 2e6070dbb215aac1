"""Where an answer ends with an exception that it should not: for which arguments, seen in the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from ..outputs import Call, is_wrong
from .generic import Generic
from .gradients import CUT_OFF, lacks_graph

_Arguments = Mapping[str, Any]


def raised(calls: Sequence[Call]) -> str:
    """With which exception calls end that should give a value, and for which arguments; empty where none does."""
    ends = [call for call in calls if _raises(call)]
    if not ends:
        return ""
    kinds = {call.mine for call in ends}
    what = kinds.pop() if len(kinds) == 1 else "an exception"
    where = _where([call for call in ends if call.arguments], [call for call in calls if _gives_a_value(call)])
    return (
        f"Besides, it ends with {what} {where}, which it has to take."
        if where
        else f"Besides, it ends with {what} in some calls."
    )


def raises_where(calls: Sequence[Call]) -> Generic | None:
    """Right wherever it gives a value, and ended by an exception for certain arguments."""
    ends = [call for call in calls if _raises(call)]
    fine = [call for call in calls if _gives_a_value(call)]
    others = [call for call in calls if not _raises(call)]
    if not ends or len(fine) < 2 or not all(call.arguments for call in ends) or any(map(is_wrong, others)):
        return None
    kinds = {call.mine for call in ends}
    where = _where(ends, fine)
    if len(kinds) != 1 or not where:
        return None
    cut_off = f" And besides: the result {CUT_OFF}" if any(map(lacks_graph, calls)) else ""
    said = f"It is right where it gives a value. It ends with {kinds.pop()} {where}, which it has to take.{cut_off}"
    return Generic("raises", said)


def _raises(call: Call) -> bool:
    return call.given is not None and isinstance(call.mine, str) and isinstance(call.right, tuple)


def _gives_a_value(call: Call) -> bool:
    return bool(call.arguments) and isinstance(call.mine, tuple) and isinstance(call.right, tuple)


def _where(ends: Sequence[Call], fine: Sequence[Call]) -> str:
    """What the arguments of all calls have that end with an exception, and of none that gives a value."""
    if not ends or not fine:
        return ""
    for name in ends[0].arguments:
        for said, holds in _properties([call.arguments[name] for call in ends]):
            if not any(holds(call.arguments[name]) for call in fine):
                return said.format(name=name)
    return ""


def _properties(values: Sequence[Any]) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    """What may be said of all these values of an argument, beginning with what is likeliest the cause."""
    if all(isinstance(value, torch.Tensor) for value in values):
        dims = sorted({value.dim() for value in values})
        said = " or ".join(map(str, dims))
        yield (
            f"where `{{name}}` has {said} {'axis' if dims == [1] else 'axes'}",
            lambda value: isinstance(value, torch.Tensor) and value.dim() in dims,
        )
        if all(0 in value.shape for value in values):
            yield "where `{name}` is empty", lambda value: isinstance(value, torch.Tensor) and 0 in value.shape
        kinds = {value.dtype for value in values}
        if len(kinds) == 1:
            [kind] = kinds
            said = str(kind).removeprefix("torch.")
            yield f"where `{{name}}` is {said}", lambda value: isinstance(value, torch.Tensor) and value.dtype == kind
    elif all(value is None for value in values):
        yield "where `{name}` is None", lambda value: value is None
    elif all(isinstance(value, list | tuple) for value in values):
        which = "a pair" if all(len(value) == 2 for value in values) else "given as a list or tuple"
        yield f"where `{{name}}` is {which}", lambda value: isinstance(value, list | tuple)
    elif all(type(value) is int for value in values):
        yield "where `{name}` is one number", lambda value: type(value) is int
    if not any(value is None for value in values):
        yield "where `{name}` is given", lambda value: value is not None
