"""Explains gradients that are missing, NaN or wrong in some places although all values are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from autograder.language import gettext

from ..outputs import Call, OtherKind, Pair, close, pairs_of, tensors_of
from .generic import Generic


def cut_off() -> str:
    """Return a clause that says that a result is cut off from the graph; it begins with a lower-case letter."""
    return gettext(
        "the result is cut off from the graph: compute with torch's functions on the tensors themselves, without"
        " detach, item, numpy or torch.tensor."
    )


def with_inputs(calls: Sequence[Call]) -> list[Call]:
    """Return the calls; the `inputs` of backward passes are set to the tensors of the gradients, if certain."""
    found: list[Call] = []
    latest: list[torch.Tensor] = []
    for call in calls:
        if call.given is not None:
            latest = tensors_of(call) or latest
            found.append(call)
            continue
        inputs = [item for item in latest if item.requires_grad]
        found.append(replace(call, inputs=inputs if _shapes_fit(call, inputs) else []))
    return found


def _shapes_fit(call: Call, inputs: Sequence[torch.Tensor]) -> bool:
    gradients = call.right[0] if isinstance(call.right, tuple) else None
    if not isinstance(gradients, list) or len(gradients) != len(inputs):
        return False
    return all(one is None or one.shape == other.shape for one, other in zip(gradients, inputs, strict=True))


def lacks_graph(call: Call) -> bool:
    """Return whether a call's result lacks a graph that connects it to its arguments.

    A function that changes its argument in place returns that argument, which is a leaf and needs no graph.
    """
    if call.given is None or not isinstance(call.right, tuple) or call.right[1] is not None:
        return False
    try:
        return any(pair.right.requires_grad and not pair.mine.requires_grad for pair in pairs_of(call))
    except OtherKind:
        return False


def with_graph(calls: Sequence[Call]) -> list[Call]:
    """Return the calls as if no result lacked its graph, without those that torch refused for lack of it."""
    found: list[Call] = []
    for call in calls:
        needs = call.given is not None and isinstance(call.right, tuple) and _requires_grad(call.right[0])
        if needs and call.mine == "RuntimeError":
            continue
        if needs and lacks_graph(call):
            call = replace(call, mine=(_requiring(call.mine[0]), call.mine[1]))
        found.append(call)
    return found


def _requires_grad(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_requires_grad, value))
    return isinstance(value, torch.Tensor) and value.requires_grad


def _requiring(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(map(_requiring, value))
    is_tensor = isinstance(value, torch.Tensor) and value.is_floating_point()
    return value.detach().clone().requires_grad_() if is_tensor else value


def detached(pairs: Sequence[Pair]) -> Generic | None:
    """Return whether right values lack a graph, or stand in a new tensor instead of the argument."""
    missing = [pair for pair in pairs if pair.right.requires_grad and not pair.mine.requires_grad]
    if not missing:
        return None
    if any(pair.call.right[1] is not None for pair in missing):
        return Generic(
            "not-in-place",
            gettext(
                "The numbers are right, but they stand in a new tensor: change the argument itself, in place, and"
                " return it."
            ),
        )
    return Generic("detached", gettext("The values are right, but {cut_off}", cut_off=cut_off()))


def wrong(pairs: Sequence[Pair], off: Sequence[Pair]) -> Generic | None:
    """Return the mistake if all values are right and only gradients are wrong."""
    if not all(pair.is_gradient for pair in off):
        return None
    if all(map(_is_not_finite, off)):
        return Generic(
            "gradient-nan",
            gettext(
                "The values are right, but a gradient is NaN or infinite: on the way there is a root or a logarithm of"
                " 0, a division by 0 or an overflow. torch.where does not help after it: both branches have a gradient."
            ),
        )
    if all(map(_is_wrong_at_zero_only, off)):
        return Generic(
            "gradient-at-zero",
            gettext(
                "The values are right, and so are the gradients but where an input is exactly 0: look at which slope"
                " your formula has there."
            ),
        )
    if all(_is_generic(pair.inputs) for pair in off):  # no kink is near, so another slope means another formula
        said = gettext("The values are right, but not their gradients: a part of the formula is detached or constant.")
        return Generic("gradient", said)
    return Generic("gradient", gettext("The values are right, but not their gradients."))


def _is_not_finite(pair: Pair) -> bool:
    """Return whether a gradient is wrong only where it is not finite."""
    if pair.mine.shape != pair.right.shape or pair.mine.dtype != pair.right.dtype:
        return False
    bad = ~pair.mine.detach().isfinite() & pair.right.detach().isfinite()
    return bool(bad.any()) and close(torch.where(bad, pair.right, pair.mine), pair.right)


def _is_wrong_at_zero_only(pair: Pair) -> bool:
    for item in pair.inputs:
        if item.shape == pair.mine.shape == pair.right.shape and pair.mine.dtype == pair.right.dtype:
            zero = item.detach() == 0
            if zero.any() and not zero.all() and close(torch.where(zero, pair.right, pair.mine), pair.right):
                return _is_alone(pair, item)
    return False


def _is_alone(pair: Pair, item: torch.Tensor) -> bool:
    """Return whether no other input of the same shape can have this gradient."""
    return sum(other.shape == item.shape for other in pair.inputs) == 1


def _is_generic(inputs: Sequence[torch.Tensor]) -> bool:
    """Return whether the numbers look random: none is 0, round, or occurs twice."""
    numbers = [item.detach().double().flatten() for item in inputs if item.is_floating_point()]
    if not numbers:
        return False
    flat = torch.cat(numbers)
    return bool((flat * 64 != (flat * 64).round()).all()) and len(set(flat.tolist())) == len(flat)
