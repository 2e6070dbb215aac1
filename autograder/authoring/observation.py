"""Observes how a call changes its arguments. The check's own arguments are never changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch

from .assertions import Difference, assert_equal


@dataclass(frozen=True)
class Observed:
    """The result of a call, and its arguments after the call, first positional, then named ones."""

    result: Any
    arguments: Sequence[Any]


def observe(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Observed:
    """Call a student's function that should change an argument in place, and return the changed arguments as well.

    >>> observed = observe(student.sgd_step, weight, grad, 0.1)
    >>> weight_after = observed.arguments[0]

    `args` themselves are not changed, so expected values can be computed from them. Arguments that require a gradient
    are passed as leaves of the graph.

    Raises:
        TypeError: `function` is a lambda, not the student's function itself.
    """
    remote = getattr(type(function), "_observe", None)
    if remote is not None:
        return Observed(*remote(function, args, kwargs))
    if getattr(function, "__name__", "") == "<lambda>":
        raise TypeError("observe() and assert_unchanged() take the student's function itself, not a lambda around it")
    # The course's own solution runs in this process, on the arguments themselves, since copies would not share memory.
    given = [*args, *kwargs.values()]
    before = _copy(given)
    result = function(*args, **kwargs)
    if not _differs(given, before):
        return Observed(result, given)
    observed = Observed(_copy(result), _copy(given))
    _put_back(given, before)
    return observed


def assert_unchanged(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the function, assert that it changes none of its arguments in place, and return its result.

    This is a property: mark the check with `property=True`, and compare no values in it.

    Raises:
        Difference: the call changed an argument.
    """
    observed = observe(function, *args, **kwargs)
    for place, (given, after) in enumerate(zip([*args, *kwargs.values()], observed.arguments, strict=True)):
        if _differs(after, given):
            if place < len(args):
                which = f"its {_ORDINALS[place]} argument" if place < len(_ORDINALS) else f"argument {place + 1}"
            else:
                which = f"its argument {list(kwargs)[place - len(args)]}"
            raise Difference(f"the call changed {which} in place; work on a copy instead")
    return observed.result


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, list | tuple):
        return type(value)(_copy(item) for item in value)
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    with suppress(Exception):
        return value.copy()
    return value


def _differs(now: Any, then: Any) -> bool:
    try:
        assert_equal(now, then)
    except (Difference, TypeError):
        return True
    return False


def _put_back(now: Any, then: Any) -> None:
    """Restore the values of a tensor, or of those in a list or tuple, after a call."""
    if isinstance(now, torch.Tensor) and isinstance(then, torch.Tensor) and now.shape == then.shape:
        now.data.copy_(then)
    elif isinstance(now, list | tuple) and isinstance(then, list | tuple):
        for mine, before in zip(now, then, strict=False):
            _put_back(mine, before)
        if isinstance(now, list) and len(now) != len(then):
            now[:] = then
