"""Variants whose arguments are misused: two exchanged, a mask inverted, 1 - p for p, another axis."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from operator import add
from typing import Any, TypeAlias

import torch

from autograder.language import gettext_noop

from .variant import Variant

_Arguments = dict[str, Any]
_Taken: TypeAlias = tuple[str, str, Callable[[Any], Any], Mapping[str, object]]
"""One way to misuse an argument: its name, the sentence, the change, and the sentence's values besides `name`."""


def of_arguments(solution: Any, calls: Sequence[Mapping[str, Any]]) -> Iterator[Variant]:
    """Yield variants of the solution that misuse one or two arguments.

    Args:
        solution: the course's own; a class has no variants.
        calls: its arguments in the checks, by parameter, call by call.
    """
    if not inspect.isfunction(solution):
        return
    signature = inspect.signature(solution)
    given = {name: [call[name] for call in calls if name in call] for name in signature.parameters}

    def changed(what: str, text: str, values: Mapping[str, object], **new: Callable[[_Arguments], Any]) -> Variant:
        def varied(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            arguments = {name: change(bound.arguments) for name, change in new.items()}
            bound.arguments.update(arguments)
            return solution(*bound.args, **bound.kwargs)

        return Variant(what, text, varied, values=values)

    for one, other in combinations(given, 2):
        if _is_alike(given[one], given[other]):
            yield changed(
                f"{one} and {other} exchanged",
                gettext_noop(
                    "It gives what is right with `{one}` and `{other}` exchanged: look at which of them goes where."
                ),
                {"one": one, "other": other},
                **{one: _item(other), other: _item(one)},
            )
    for name, values in given.items():
        for what, text, change, more in _of_one(name, values):
            yield changed(what, text, {"name": name, **more}, **{name: _applied(name, change)})


def _item(name: str) -> Callable[[_Arguments], Any]:
    return lambda arguments: arguments[name]


def _applied(name: str, change: Callable[[Any], Any]) -> Callable[[_Arguments], Any]:
    return lambda arguments: change(arguments[name])


def _is_alike(some: Sequence[Any], others: Sequence[Any]) -> bool:
    """Return whether the values of two parameters can stand for each other."""
    pairs = [(one, other) for one, other in zip(some, others, strict=False) if one is not None and other is not None]
    if not pairs:
        return False
    if all(_is_floating(one) and _is_floating(other) for one, other in pairs):
        return all(one.dim() == other.dim() for one, other in pairs)
    return all(_is_number(one) and _is_number(other) for one, other in pairs)


def _of_one(name: str, values: Sequence[Any]) -> Iterator[_Taken]:
    """Yield ways to misuse one parameter, the likeliest first."""
    said = [value for value in values if value is not None]
    if not said:
        return
    if any(map(_is_mask, said)):
        yield (
            f"{name} inverted",
            gettext_noop(
                "`{name}` is taken the other way round: look at what its ones (True) mean, and what its zeros (False)"
                " do."
            ),
            _inverted,
            {},
        )
    elif all(map(_is_number, said)):
        yield from _of_a_number(name, said)
    elif all(_is_number(value) or _is_pair(value) for value in said):
        yield (
            f"{name} in the other order",
            gettext_noop(
                "The two numbers of `{name}` are exchanged: look at what the first of them is for, and what the second."
            ),
            lambda value: tuple(value)[::-1] if _is_pair(value) else value,
            {},
        )
        for place, which, text in _FOR_BOTH:
            yield f"{which} of {name}", text, partial(_for_both, place), {}
        for number in (0, 1):
            yield (
                f"{name} {number}",
                gettext_noop("`{name}` has no effect: it gives what is right where it is {number}."),
                partial(_fixed, number),
                {"number": number},
            )
    elif all(isinstance(value, str) for value in said):
        for fixed in sorted(set(said)):
            yield (
                f"{name} {fixed}",
                gettext_noop("`{name}` has no effect: it always gives what is right for {value}."),
                partial(_fixed, fixed),
                {"value": repr(fixed)},
            )
    if any(map(_is_floating, said)):
        for what, hint, change in _OF_TENSORS:
            yield what.format(name=name), hint, partial(_if_floating, change), {}
    if any(_is_floating(value) and value.dim() == 2 for value in said):
        yield (
            f"{name} transposed",
            gettext_noop("It gives what is right with `{name}` transposed: look at which of its axes is which."),
            lambda value: value.mT if _is_floating(value) and value.dim() == 2 else value,
            {},
        )
    if any(_is_floating(value) and value.requires_grad for value in said):
        yield (
            f"{name} without gradient",
            gettext_noop(
                "The values are right, but no gradient flows back to `{name}`: on its way to the result it is"
                " detached, or made anew."
            ),
            lambda value: value.detach() if isinstance(value, torch.Tensor) else value,
            {},
        )


def _of_a_number(name: str, values: Sequence[Any]) -> Iterator[_Taken]:
    if all(isinstance(value, int) for value in values):
        if name in ("dim", "axis"):
            for axis, said in _ALONG:
                yield f"{name} {axis}", said, partial(_fixed, axis), {}
            return
        for step, said in _OFF_BY_ONE:
            yield f"{name} off by {step}", said, partial(add, step), {}
        return
    if all(0 <= value <= 1 for value in values):
        yield (
            f"1 - {name}",
            gettext_noop("It gives what is right for 1 - `{name}`: look at what `{name}` is the share of."),
            lambda value: 1 - value,
            {},
        )
    yield from (
        (
            f"{name} 0",
            gettext_noop("It gives what is right where `{name}` is 0: use it."),
            lambda value: type(value)(0),
            {},
        ),
        (
            f"{name} 1",
            gettext_noop("It gives what is right where `{name}` is 1: use it."),
            lambda value: type(value)(1),
            {},
        ),
        (
            f"1 / {name}",
            gettext_noop("It gives what is right for 1 / `{name}`: multiply or divide by it?"),
            lambda value: 1 / value,
            {},
        ),
        (
            f"{name} squared",
            gettext_noop("It gives what is right for the square of `{name}`."),
            lambda value: value**2,
            {},
        ),
        (
            f"root of {name}",
            gettext_noop("It gives what is right for the square root of `{name}`."),
            lambda value: value**0.5,
            {},
        ),
        (f"-{name}", gettext_noop("It gives what is right for -`{name}`: look at its sign."), lambda value: -value, {}),
    )


_FOR_BOTH = (
    (0, "first", gettext_noop("Only the first number of `{name}` is used, for both axes: use each for its own.")),
    (1, "second", gettext_noop("Only the second number of `{name}` is used, for both axes: use each for its own.")),
)
_ALONG = (
    (-1, gettext_noop("`{name}` has no effect: it works along the last axis.")),
    (0, gettext_noop("`{name}` has no effect: it works along the first axis.")),
    (1, gettext_noop("`{name}` has no effect: it works along axis 1.")),
)
_OFF_BY_ONE = (
    (1, gettext_noop("It gives what is right where `{name}` is 1 too large: look at where you count from, and to.")),
    (-1, gettext_noop("It gives what is right where `{name}` is 1 too small: look at where you count from, and to.")),
)
_OF_TENSORS: tuple[tuple[str, str, Callable[[torch.Tensor], torch.Tensor]], ...] = (
    ("-{name}", gettext_noop("It gives what is right for -`{name}`: look at the signs."), torch.neg),
    (
        "absolute {name}",
        gettext_noop("The sign of `{name}` is lost: it gives what is right for its absolute value."),
        torch.abs,
    ),
    ("{name} squared", gettext_noop("It gives what is right for the square of `{name}`."), torch.square),
    ("exp of {name}", gettext_noop("It gives what is right for exp of `{name}`."), torch.exp),
    ("logarithm of {name}", gettext_noop("It gives what is right for the logarithm of `{name}`."), torch.log),
    (
        "softmax of {name}",
        gettext_noop("It gives what is right for the softmax of `{name}`: leave that out."),
        lambda value: value.softmax(-1),
    ),
    (
        "{name} backwards",
        gettext_noop("It goes through `{name}` backwards, from the end of its first axis."),
        lambda x: x.flip(0),
    ),
    (
        "{name} last axis backwards",
        gettext_noop("It goes through `{name}` backwards, from the end of its last axis."),
        lambda value: value.flip(-1),
    ),
)


def _if_floating(change: Callable[[torch.Tensor], torch.Tensor], value: Any) -> Any:
    return change(value) if _is_floating(value) else value


def _fixed(fixed: Any, _: Any) -> Any:
    return fixed


def _for_both(place: int, value: Any) -> Any:
    return (value[place],) * 2 if _is_pair(value) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_number, value))


def _is_floating(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.layout == torch.strided and value.is_floating_point()


def _is_mask(value: Any) -> bool:
    """Return whether a tensor, of any dtype, holds only zeros and ones, and both of them."""
    return _is_of_ones_and_zeros(value) and bool((value.detach() == 0).any()) and bool((value.detach() == 1).any())


def _is_of_ones_and_zeros(value: Any) -> bool:
    if not isinstance(value, torch.Tensor) or value.layout != torch.strided:
        return False
    plain = value.detach()
    return bool(((plain == 0) | (plain == 1)).all())


def _inverted(value: Any) -> Any:
    if not _is_of_ones_and_zeros(value):
        return value
    return ~value if value.dtype == torch.bool else 1 - value
