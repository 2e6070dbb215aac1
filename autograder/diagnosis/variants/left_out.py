"""Variants in which arguments have no effect: a bias that is not added, a mask that is ignored.

Staff need not write these mistakes down: the course's own solution gives them, with the argument at its default or
at a value that changes nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import torch

from autograder.language import gettext

from ..experiments import cost_of

MOST_TOGETHER = 3
"""The maximum number of arguments that are left out at once."""
SHARE = 1 / 3
"""The share of an exercise's points that a left-out argument costs: a misunderstanding of a part of it."""
_Arguments = dict[str, Any]


@dataclass(frozen=True)
class LeftOut:
    """An argument, or an entry of one, that has no effect; `solution` is the course's without it."""

    argument: str
    solution: Callable[..., Any]
    also: tuple[str, ...] = ()
    """Other arguments without effect."""

    @property
    def name(self) -> str:
        """Return the name in the verdict."""
        return f"generic:without {' and '.join([self.argument, *self.also])}"

    @property
    def key(self) -> str:
        """Return a name that is unique among the variants of a solution."""
        return self.name

    @property
    def hint(self) -> str:
        """Return a sentence that names the arguments without effect."""
        if not self.also:
            return gettext("It is right but for `{name}`, which has no effect: use it.", name=self.argument)
        *some, last = [f"`{name}`" for name in (self.argument, *self.also)]
        return gettext(
            "It is right but for {some} and {last}, which have no effect: use them.", some=", ".join(some), last=last
        )

    def cost(self, max_points: float) -> float:
        """Return the cost of the mistake; all points for several arguments, so that the checks decide."""
        if self.also:
            return max_points
        return min(cost_of(SHARE, max_points), max_points)


def left_out(solution: Any, calls: Sequence[Sequence[Any]]) -> list[LeftOut]:
    """Return a variant for each argument that can be left out, and for combinations of arguments with defaults.

    Args:
        solution: the course's own; a class has no variants.
        calls: its arguments in the checks, call by call, in the order of its parameters.
    """
    if not inspect.isfunction(solution):
        return []
    signature = inspect.signature(solution)
    found = {}
    for name, parameter in signature.parameters.items():
        if parameter.default is not parameter.empty:
            found[name] = LeftOut(name, _changed(solution, signature, _at_default(name, parameter.default)))
    defaults = {name: signature.parameters[name].default for name in found}
    for given in calls:
        for name, value in zip(signature.parameters, given, strict=False):
            for key in (key for key in _keys(name, value) if _is_weight(key or name)):
                label = name if key is None else f"{name}[{key!r}]"
                if label not in found:
                    found[label] = LeftOut(label, _changed(solution, signature, _neutral(name, key)))
    together = []
    for count in range(2, MOST_TOGETHER + 1):
        for names in combinations(defaults, count):
            change = _all_at_default({name: defaults[name] for name in names})
            together.append(LeftOut(names[0], _changed(solution, signature, change), names[1:]))
    return [*found.values(), *together]


def _all_at_default(defaults: _Arguments) -> Callable[[_Arguments], None]:
    def change(arguments: _Arguments) -> None:
        arguments.update(defaults)

    return change


def _keys(name: str, value: Any) -> Iterator[Any]:
    """Yield None if the argument itself is a vector, otherwise the keys of the vectors in it."""
    if isinstance(value, torch.Tensor) and value.dim() == 1 and value.is_floating_point():
        yield None
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str) and isinstance(item, torch.Tensor) and item.dim() == 1:
                yield key


def _is_weight(name: str) -> bool:
    """Return whether a name is that of a bias or gain; without other arguments, nothing may be left of the exercise."""
    return _is_bias(name) or _last(name).startswith(("weight", "gamma", "gain"))


def _is_bias(name: str) -> bool:
    return "bias" in name or _last(name).startswith("b")


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _at_default(name: str, default: Any) -> Callable[[_Arguments], None]:
    def change(arguments: _Arguments) -> None:
        arguments[name] = default

    return change


def _neutral(name: str, key: str | None) -> Callable[[_Arguments], None]:
    """Replace an added vector (with a name such as b, beta or out_proj.bias) by zeros, a factor by ones."""
    is_added = _is_bias(key or name)

    def of(value: Any) -> Any:
        if not isinstance(value, torch.Tensor):
            return value
        return torch.zeros_like(value) if is_added else torch.ones_like(value)

    def change(arguments: _Arguments) -> None:
        value = arguments.get(name)
        if key is None:
            arguments[name] = of(value)
        elif isinstance(value, dict) and key in value:
            arguments[name] = {**value, key: of(value[key])}

    return change


def _changed(
    solution: Callable[..., Any], signature: inspect.Signature, change: Callable[[_Arguments], None]
) -> Callable[..., Any]:
    """Return the solution with changed arguments."""

    def without(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        change(bound.arguments)
        return solution(*bound.args, **bound.kwargs)

    return without
