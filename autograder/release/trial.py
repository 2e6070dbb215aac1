"""Finds valid arguments of a torch function by trying, as Python code for a check."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from autograder.authoring import assert_close, assert_gradients, assert_unchanged

from .reference import Reference

FLOAT64 = ", dtype=torch.float64"
LEAF = ", dtype=torch.float64, requires_grad=True"

Drawn = tuple[str, ...]
"""Arguments, each as Python code; `{}` is the place for options of a float tensor."""

_ANY = ""
# The name of the last required parameter (any if empty), and alternatives of one kind, tried in this order.
_KINDS: tuple[tuple[str, tuple[Drawn, ...]], ...] = (
    (_ANY, (("torch.randn(4, 5{})",), ("torch.randn(2, 3, 4{})",), ("torch.randn((){})",))),
    (_ANY, (("torch.rand(4, 5{}) + 0.1",), ("torch.rand(2, 3, 4{}) + 0.1",), ("torch.rand((){}) + 0.1",))),
    (_ANY, (("torch.rand(4, 5{}) * 0.8 + 0.1",), ("torch.rand(2, 3, 4{}) * 0.8 + 0.1",))),
    (_ANY, (("torch.randn(2, 3, 6, 8{})",),)),
    (_ANY, (("torch.randn(4, 4{})",), ("torch.randn(2, 3, 3{})",))),
    ("weight", (("torch.randn(4, 3{})", "torch.randn(5, 3{})"), ("torch.randn(2, 4, 6{})", "torch.randn(1, 6{})"))),
    (
        "weight",
        (("torch.randn(2, 3, 9{})", "torch.randn(4, 3, 3{})"), ("torch.randn(1, 2, 7{})", "torch.randn(3, 2, 2{})")),
    ),
    (
        "weight",
        (
            ("torch.randn(2, 3, 6, 7{})", "torch.randn(4, 3, 3, 3{})"),
            ("torch.randn(1, 2, 5, 5{})", "torch.randn(3, 2, 2, 4{})"),
        ),
    ),
    ("weight", (("torch.randn(1, 2, 4, 5, 6{})", "torch.randn(3, 2, 2, 3, 3{})"),)),
    (
        "weight",
        (("torch.randint(7, (3, 4))", "torch.randn(7, 5{})"), ("torch.randint(4, (6,))", "torch.randn(4, 2{})")),
    ),
    (
        "target",
        (("torch.randn(6, 4{})", "torch.randint(4, (6,))"), ("torch.randn(3, 5, 2{})", "torch.randint(5, (3, 2))")),
    ),
    (_ANY, (("torch.randn(4, 5{})", "torch.randn(4, 5{})"), ("torch.randn(2, 3, 4{})", "torch.randn(2, 3, 4{})"))),
    (_ANY, (("torch.rand(4, 5{})", "torch.rand(4, 5{})"), ("torch.rand(2, 3{})", "torch.rand(2, 3{})"))),
    (_ANY, (("torch.randn(4, 5{})", "1"), ("torch.randn(2, 3, 4{})", "0"), ("torch.randn(2, 3, 4{})", "-1"))),
    (_ANY, (("torch.randn(2, 6, 5{})", "3"), ("torch.randn(1, 9, 6{})", "3"))),
    (_ANY, (("torch.randn(2, 3, 8, 8{})", "2"), ("torch.randn(1, 2, 7, 9{})", "3"))),
    (_ANY, (("torch.randn(4, 6{})", "[6]"), ("torch.randn(2, 3, 4{})", "[3, 4]"))),
    (_ANY, (("torch.randn(3, 4{})", "torch.randn(4, 5{})"), ("torch.randn(1, 6{})", "torch.randn(6, 2{})"))),
    (_ANY, (("torch.randn(5, 3{})", "torch.zeros(3{})", "torch.ones(3{})"),)),
    (_ANY, (("torch.randn(4, 5{})", "torch.randn(4, 5{})", "torch.randn(4, 5{})"),)),
    (_ANY, (("torch.randn(4, 5{})", "torch.randn(4, 5{})", "torch.ones(4)"),)),
    (_ANY, (("torch.rand(4, 5{})", "torch.rand(4, 5{})", "torch.rand(4, 5{}) + 0.1"),)),
    (_ANY, (("torch.randn(2, 5, 4{})", "torch.randn(2, 6, 4{})", "torch.randn(2, 6, 3{})"),)),
    (_ANY, (("torch.randn(4, 5{})", "-0.5", "0.5"),)),
)
_EXTREME = "torch.tensor([-1e4, -100.0, -20.0, 20.0, 100.0, 1e4]{})"


@dataclass(frozen=True)
class Option:
    """A parameter with a default, and another value that changes the result."""

    name: str
    value: str


@dataclass(frozen=True)
class Trial:
    """The findings about a function; `draws` is empty if no arguments were found."""

    draws: tuple[Drawn, ...] = ()
    float64: bool = False
    gradients: bool = False
    unchanged: bool = False
    extreme: str = ""
    options: tuple[Option, ...] = ()
    example: tuple[str, str] | None = None
    """For a function of one tensor: a small tensor, and the result to four digits."""


def of(reference: Reference | None) -> Trial:
    """Try the arguments above; keep only properties that hold for the reference, since checks will demand them."""
    if reference is None or not reference.required:
        return Trial()
    required = reference.required
    with warnings.catch_warnings(action="ignore"), torch.random.fork_rng(devices=[]):
        for last, kinds in _KINDS:
            fitting = [kind for kind in kinds if len(kind) == len(required) and last in ("", required[-1])]
            draws = tuple(kind for kind in fitting if _is_fit(reference, kind))
            if draws:
                break
        else:
            return Trial()
        function, first = reference.function, draws[0]
        return Trial(
            draws,
            float64=any("{}" in text for text in first) and _is_fit(reference, first, FLOAT64),
            gradients=_holds(lambda: assert_gradients(function, function, *drawn(first, LEAF)), 2),
            unchanged=_holds(lambda: assert_unchanged(function, *drawn(first, "")), 1),
            extreme=_EXTREME if len(first) == 1 and _is_fit(reference, (_EXTREME,), LEAF) else "",
            options=tuple(_options(reference, first)),
            example=_example(reference, first),
        )


def drawn(arguments: Sequence[str], options: str) -> list[Any]:
    """Evaluate the arguments, with new random numbers."""
    return [eval(text.format(options), {"torch": torch}) for text in arguments]


def _holds(claim: Any, times: int) -> bool:
    try:
        for _ in range(times):
            claim()
    except Exception:  # torch may raise anything; such a claim does not become a check
        return False
    return True


def _is_fit(reference: Reference, arguments: Drawn, options: str = "") -> bool:
    """Return whether the function accepts the arguments, and returns the same finite numbers twice."""
    with contextlib.suppress(Exception):
        given = drawn(arguments, options)
        first, second = reference.function(*given), reference.function(*given)
        assert_close(second, first)
        parts = first if isinstance(first, tuple | list) else [first]
        return all(isinstance(item, torch.Tensor) and bool(item.isfinite().all()) for item in parts)
    return False


def _options(reference: Reference, arguments: Drawn) -> list[Option]:
    found = []
    for item in reference.parameters or ():
        if item.default is None:
            continue
        for value in _others(eval(item.default)):
            option = Option(item.name, repr(value).replace("'", '"'))
            if _is_another(reference, arguments, {item.name: value}):
                found.append(option)
                break
    return found


def _others(default: Any) -> list[Any]:
    if isinstance(default, bool):
        return [not default]
    if isinstance(default, int | float):
        return [default * 2, default + 1, 0.5, 2, 0.1, default - 1]
    return ["sum", "tanh"] if isinstance(default, str) else []


def _is_another(reference: Reference, arguments: Drawn, named: dict[str, Any]) -> bool:
    with contextlib.suppress(Exception):
        given = drawn(arguments, "")
        usual, other = reference.function(*given), reference.function(*given, **named)
        if isinstance(other, torch.Tensor) and bool(other.isfinite().all()):
            return usual.shape != other.shape or not torch.allclose(usual, other, rtol=1e-3, atol=1e-3)
    return False


def _example(reference: Reference, arguments: Drawn) -> tuple[str, str] | None:
    if len(arguments) != 1:
        return None
    small = "torch.tensor([0.2, 0.5, 0.8])" if "rand(" in arguments[0] else "torch.tensor([-2.0, 0.0, 1.0])"
    with contextlib.suppress(Exception):
        result = reference.function(*drawn([small], ""))
        if result.is_floating_point() and bool(result.isfinite().all()):
            rounded = (result.double() * 1e4).round() / 1e4
            return small, f"torch.tensor({rounded.tolist()})"
    return None
