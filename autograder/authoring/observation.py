"""Calls of which a check sees more than the result: changed arguments, printed text, calls of its own functions.

The check's own arguments are never changed.
"""

from __future__ import annotations

import builtins
import dataclasses
import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import torch

from autograder.language import gettext, gettext_noop

from .assertions import assert_equal
from .difference import Difference
from .records import copy_of_record, is_record


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
            if place >= len(args):
                which = gettext("its argument {name}", name=list(kwargs)[place - len(args)])
            elif place < len(_ORDINALS):
                which = gettext("its {ordinal} argument", ordinal=gettext(_ORDINALS[place]))
            else:
                which = gettext("argument {number}", number=place + 1)
            raise Difference(gettext("the call changed {which} in place; work on a copy instead", which=which))
    return observed.result


def printed(function: Callable[..., Any], *args: Any, inputs: Sequence[str] = (), **kwargs: Any) -> str:
    """Call a student's function and return what it prints.

    >>> assert_equal(printed(student.greet, inputs=["Ada"]), "Hello, Ada!\\n")

    Args:
        function: the student's function itself, not a lambda around it.
        args: its arguments.
        inputs: what each call of `input` returns, in order; one more raises EOFError.
        kwargs: its named arguments.

    Raises:
        TypeError: `function` is a lambda.
    """
    remote = getattr(type(function), "_printed", None)
    if remote is not None:
        return str(remote(function, list(inputs), args, kwargs))
    if getattr(function, "__name__", "") == "<lambda>":
        raise TypeError("printed() takes the student's function itself, not a lambda around it")
    given = iter(inputs)

    def answer(prompt: object = "") -> str:
        try:
            return next(given)
        except StopIteration:
            raise EOFError("no more input") from None

    with redirect_stdout(io.StringIO()) as text, patch.object(builtins, "input", answer):
        function(*args, **kwargs)
    return text.getvalue()


class Callback:
    """A function of a check that is given to student code as an argument.

    It runs outside the jail, in the check's process, on what student code gives it: it must do no more than compute.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the result of the function."""
        return self.function(*args, **kwargs)


def callback(function: Callable[..., Any]) -> Callback:
    """Return a function in the form in which a check can give it to student code.

    >>> assert_close(student.integral(callback(lambda x: x**2), 0.0, 1.0), 1 / 3)

    Each call goes out of the jail and back, with arguments and result by value, so that the function itself never
    enters the process that runs student code. Give no function that reads files, runs text as code or changes
    anything: student code chooses its arguments. It cannot use the student's objects.
    """
    return Callback(function)


_ORDINALS = (
    gettext_noop("first"),
    gettext_noop("second"),
    gettext_noop("third"),
    gettext_noop("fourth"),
    gettext_noop("fifth"),
    gettext_noop("sixth"),
    gettext_noop("seventh"),
    gettext_noop("eighth"),
    gettext_noop("ninth"),
    gettext_noop("tenth"),
)


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, list | tuple):
        return type(value)(_copy(item) for item in value)
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if is_record(value):
        return copy_of_record(value)
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
    elif dataclasses.is_dataclass(now) and type(now) is type(then):
        for field in dataclasses.fields(now):
            object.__setattr__(now, field.name, getattr(then, field.name))
    elif isinstance(now, list | tuple) and isinstance(then, list | tuple):
        for mine, before in zip(now, then, strict=False):
            _put_back(mine, before)
        if isinstance(now, list) and len(now) != len(then):
            now[:] = then
