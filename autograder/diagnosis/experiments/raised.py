"""Finds the arguments for which an answer ends with an exception although it should give a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from autograder.language import any_of, gettext, ngettext

from ..outputs import Call, is_wrong
from .generic import Generic
from .gradients import cut_off, lacks_graph

_Arguments = Mapping[str, Any]


def raised(calls: Sequence[Call]) -> str:
    """Return which exception ends calls that should give a value, and for which arguments; "" if none does."""
    ends = [call for call in calls if _raises(call)]
    if not ends:
        return ""
    kinds = {call.mine for call in ends}
    what = kinds.pop() if len(kinds) == 1 else gettext("an exception")
    where = _where([call for call in ends if call.arguments], [call for call in calls if _gives_a_value(call)])
    if not where:
        return gettext("Besides, it ends with {error} in some calls.", error=what)
    return gettext("Besides, it ends with {error} {where}, which it has to take.", error=what, where=where)


def raises_where(calls: Sequence[Call]) -> Generic | None:
    """Return the mistake of an answer whose values are all right, but which raises for certain arguments."""
    ends = [call for call in calls if _raises(call)]
    fine = [call for call in calls if _gives_a_value(call)]
    others = [call for call in calls if not _raises(call)]
    if not ends or len(fine) < 2 or not all(call.arguments for call in ends) or any(map(is_wrong, others)):
        return None
    kinds = {call.mine for call in ends}
    where = _where(ends, fine)
    if len(kinds) != 1 or not where:
        return None
    said = gettext(
        "It is right where it gives a value. It ends with {error} {where}, which it has to take.",
        error=kinds.pop(),
        where=where,
    )
    if any(map(lacks_graph, calls)):
        said = gettext("{first} And besides: {second}", first=said, second=cut_off())
    return Generic("raises", said)


def _raises(call: Call) -> bool:
    return call.given is not None and isinstance(call.mine, str) and isinstance(call.right, tuple)


def _gives_a_value(call: Call) -> bool:
    return bool(call.arguments) and isinstance(call.mine, tuple) and isinstance(call.right, tuple)


def _where(ends: Sequence[Call], fine: Sequence[Call]) -> str:
    """Return what all calls that end with an exception have in common, and no call with a value has; "" if nothing."""
    if not ends or not fine:
        return ""
    for name in ends[0].arguments:
        for said, holds in _properties(name, [call.arguments[name] for call in ends]):
            if not any(holds(call.arguments[name]) for call in fine):
                return said
    return ""


def _properties(name: str, values: Sequence[Any]) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    """Yield descriptions that fit all these values of an argument, and their tests, the likeliest cause first."""
    if all(isinstance(value, torch.Tensor) for value in values):
        dims = sorted({value.dim() for value in values})
        said_of = {"name": name, "count": any_of(map(str, dims))}
        yield (
            ngettext(
                "where `{name}` has {count} axis",
                "where `{name}` has {count} axes",
                1 if dims == [1] else 2,
                **said_of,
            ),
            lambda value: isinstance(value, torch.Tensor) and value.dim() in dims,
        )
        if all(0 in value.shape for value in values):
            yield (
                gettext("where `{name}` is empty", name=name),
                lambda value: isinstance(value, torch.Tensor) and 0 in value.shape,
            )
        if not any(map(_is_contiguous, values)):
            said = gettext("where `{name}` is not contiguous in memory", name=name)
            yield said, lambda value: isinstance(value, torch.Tensor) and not _is_contiguous(value)
        kinds = {value.dtype for value in values}
        if len(kinds) == 1:
            [kind] = kinds
            said = gettext("where `{name}` is {what}", name=name, what=str(kind).removeprefix("torch."))
            yield said, lambda value: isinstance(value, torch.Tensor) and value.dtype == kind
    elif all(value is None for value in values):
        yield gettext("where `{name}` is {what}", name=name, what=None), lambda value: value is None
    elif all(isinstance(value, list | tuple) for value in values):
        if all(len(value) == 2 for value in values):
            said = gettext("where `{name}` is a pair", name=name)
        else:
            said = gettext("where `{name}` is given as a list or tuple", name=name)
        yield said, lambda value: isinstance(value, list | tuple)
    elif all(type(value) is int for value in values):
        yield gettext("where `{name}` is one number", name=name), lambda value: type(value) is int
    if not any(value is None for value in values):
        yield gettext("where `{name}` is given", name=name), lambda value: value is not None


def _is_contiguous(tensor: torch.Tensor) -> bool:
    return tensor.layout != torch.strided or tensor.is_contiguous()
