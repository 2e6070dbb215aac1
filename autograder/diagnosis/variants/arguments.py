"""Arguments taken for something else: two exchanged, a mask the other way round, 1 - p for p, another axis."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from operator import add
from typing import Any

import torch

from .variant import Variant

_Arguments = dict[str, Any]


def of_arguments(solution: Any, calls: Sequence[Mapping[str, Any]]) -> Iterator[Variant]:
    """The solution with arguments taken for something else.

    Args:
        solution: the course's own; of a class there are none.
        calls: what it is given in the checks, by parameter, call by call.
    """
    if not inspect.isfunction(solution):
        return
    signature = inspect.signature(solution)
    given = {name: [call[name] for call in calls if name in call] for name in signature.parameters}

    def changed(what: str, hint: str, **new: Callable[[_Arguments], Any]) -> Variant:
        def varied(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            arguments = {name: change(bound.arguments) for name, change in new.items()}
            bound.arguments.update(arguments)
            return solution(*bound.args, **bound.kwargs)

        return Variant(what, hint, varied)

    for one, other in combinations(given, 2):
        if _is_alike(given[one], given[other]):
            yield changed(
                f"{one} and {other} exchanged",
                f"It gives what is right with `{one}` and `{other}` exchanged: look at which of them goes where.",
                **{one: _item(other), other: _item(one)},
            )
    for name, values in given.items():
        for what, hint, change in _of_one(name, values):
            yield changed(what, hint, **{name: _applied(name, change)})


def _item(name: str) -> Callable[[_Arguments], Any]:
    return lambda arguments: arguments[name]


def _applied(name: str, change: Callable[[Any], Any]) -> Callable[[_Arguments], Any]:
    return lambda arguments: change(arguments[name])


def _is_alike(some: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether two parameters are given things that can stand for each other."""
    pairs = [(one, other) for one, other in zip(some, others, strict=False) if one is not None and other is not None]
    if not pairs:
        return False
    if all(_is_floating(one) and _is_floating(other) for one, other in pairs):
        return all(one.dim() == other.dim() for one, other in pairs)
    return all(_is_number(one) and _is_number(other) for one, other in pairs)


def _of_one(name: str, values: Sequence[Any]) -> Iterator[tuple[str, str, Callable[[Any], Any]]]:
    """What one parameter may be taken for: what to call it, the hint, and the change."""
    said = [value for value in values if value is not None]
    if not said:
        return
    if any(map(_is_mask, said)):
        yield (
            f"{name} inverted",
            f"`{name}` is taken the other way round: look at what its ones (True) mean, and what its zeros (False) do.",
            _inverted,
        )
    elif all(map(_is_number, said)):
        yield from _of_a_number(name, said)
    elif all(_is_number(value) or _is_pair(value) for value in said):
        yield (
            f"{name} in the other order",
            f"The two numbers of `{name}` are exchanged: look at what the first of them is for, and what the second.",
            lambda value: tuple(value)[::-1] if _is_pair(value) else value,
        )
        for place, which in ((0, "first"), (1, "second")):
            yield (
                f"{which} of {name}",
                f"Only the {which} number of `{name}` is used, for both axes: use each for its own.",
                partial(_for_both, place),
            )
        for number in (0, 1):
            yield (
                f"{name} {number}",
                f"`{name}` has no effect: it gives what is right where it is {number}.",
                partial(_fixed, number),
            )
    elif all(isinstance(value, str) for value in said):
        for fixed in sorted(set(said)):
            yield (
                f"{name} {fixed}",
                f"`{name}` has no effect: it always gives what is right for {fixed!r}.",
                partial(_fixed, fixed),
            )
    if any(map(_is_floating, said)):
        for what, hint, change in _OF_TENSORS:
            yield what.format(name=name), hint.format(name=name), partial(_if_floating, change)
    if any(_is_floating(value) and value.dim() == 2 for value in said):
        yield (
            f"{name} transposed",
            f"It gives what is right with `{name}` transposed: look at which of its axes is which.",
            lambda value: value.mT if _is_floating(value) and value.dim() == 2 else value,
        )
    if any(_is_floating(value) and value.requires_grad for value in said):
        yield (
            f"{name} without gradient",
            f"The values are right, but no gradient flows back to `{name}`: on its way to the result it is detached, or"
            " made anew.",
            lambda value: value.detach() if isinstance(value, torch.Tensor) else value,
        )


def _of_a_number(name: str, values: Sequence[Any]) -> Iterator[tuple[str, str, Callable[[Any], Any]]]:
    if all(isinstance(value, int) for value in values):
        if name in ("dim", "axis"):
            for axis, which in ((-1, "the last axis"), (0, "the first axis"), (1, "axis 1")):
                yield (f"{name} {axis}", f"`{name}` has no effect: it works along {which}.", partial(_fixed, axis))
            return
        for step, size in ((1, "large"), (-1, "small")):
            yield (
                f"{name} off by {step}",
                f"It gives what is right where `{name}` is 1 too {size}: look at where you count from, and to.",
                partial(add, step),
            )
        return
    if all(0 <= value <= 1 for value in values):
        yield (
            f"1 - {name}",
            f"It gives what is right for 1 - `{name}`: look at what `{name}` is the share of.",
            lambda value: 1 - value,
        )
    yield from (
        (f"{name} 0", f"It gives what is right where `{name}` is 0: use it.", lambda value: type(value)(0)),
        (f"{name} 1", f"It gives what is right where `{name}` is 1: use it.", lambda value: type(value)(1)),
        (f"1 / {name}", f"It gives what is right for 1 / `{name}`: multiply or divide by it?", lambda value: 1 / value),
        (f"{name} squared", f"It gives what is right for the square of `{name}`.", lambda value: value**2),
        (f"root of {name}", f"It gives what is right for the square root of `{name}`.", lambda value: value**0.5),
        (f"-{name}", f"It gives what is right for -`{name}`: look at its sign.", lambda value: -value),
    )


_OF_TENSORS: tuple[tuple[str, str, Callable[[torch.Tensor], torch.Tensor]], ...] = (
    ("-{name}", "It gives what is right for -`{name}`: look at the signs.", torch.neg),
    ("absolute {name}", "The sign of `{name}` is lost: it gives what is right for its absolute value.", torch.abs),
    ("{name} squared", "It gives what is right for the square of `{name}`.", torch.square),
    ("exp of {name}", "It gives what is right for exp of `{name}`.", torch.exp),
    ("logarithm of {name}", "It gives what is right for the logarithm of `{name}`.", torch.log),
    (
        "softmax of {name}",
        "It gives what is right for the softmax of `{name}`: leave that out.",
        lambda value: value.softmax(-1),
    ),
    ("{name} backwards", "It goes through `{name}` backwards, from the end of its first axis.", lambda x: x.flip(0)),
    (
        "{name} last axis backwards",
        "It goes through `{name}` backwards, from the end of its last axis.",
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
    """Whether a tensor holds ones and zeros, of any dtype, and both."""
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
