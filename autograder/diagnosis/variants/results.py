"""Variants that change the right result: a logarithm, a sum over it, two results exchanged."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from autograder.language import gettext, gettext_noop

from .variant import Variant


def of_results(solution: Any, value: Any) -> Iterator[Variant]:
    """Yield variants of the solution that change its result.

    Args:
        solution: the course's own; a class has no variants.
        value: one of its results, which decides which changes apply.
    """
    if not inspect.isfunction(solution):
        return

    def changed(what: str, text: str, change: Callable[[Any], Any], **values: object) -> Variant:
        def varied(*args: Any, **kwargs: Any) -> Any:
            return change(solution(*args, **kwargs))

        return Variant(what, text, varied, values=values)

    if isinstance(value, tuple | list) and len(value) > 1:
        yield changed(
            "results reversed", gettext_noop("The results are right, but in another order."), lambda given: given[::-1]
        )
        yield changed(
            "first result only",
            gettext_noop("Only the first of the results is there: return all."),
            lambda given: given[0],
        )
        yield changed(
            "list for tuple" if isinstance(value, tuple) else "tuple for list",
            gettext_noop("The results are right; return them as a {kind}."),
            lambda given: list(given) if isinstance(given, tuple) else tuple(given),
            kind=type(value).__name__,
        )
    for what, hint, change in _OF_TENSORS if isinstance(value, torch.Tensor) else ():
        yield changed(what, hint, change)
    for of, count in _COUNTS.items() if isinstance(value, torch.Tensor) else ():
        yield Variant(
            f"times {of}",
            gettext_noop("It gives {factor} times what is asked for: look at what it is divided by."),
            partial(_scaled, solution, count, 1),
            values={"factor": gettext(of)},
        )
        yield Variant(
            f"divided by {of}",
            gettext_noop("It gives what is asked for divided by {factor}: look at what it is divided by."),
            partial(_scaled, solution, count, -1),
            values={"factor": gettext(of)},
        )


def _scaled(
    solution: Callable[..., Any], count: Callable[[torch.Tensor], int], power: int, *args: Any, **kwargs: Any
) -> Any:
    """Return the result times `count` of the first tensor to the power of `power`."""
    first = next(item for item in (*args, *kwargs.values()) if isinstance(item, torch.Tensor))
    return solution(*args, **kwargs) * float(count(first)) ** power


_COUNTS: dict[str, Callable[[torch.Tensor], int]] = {
    gettext_noop("the number of samples"): lambda tensor: tensor.shape[0],
    gettext_noop("the size of the last axis"): lambda tensor: tensor.shape[-1],
    gettext_noop("the number of values"): torch.Tensor.numel,
    gettext_noop("the number of pixels"): lambda tensor: tensor.shape[-1] * tensor.shape[-2],
}


def _as_floats(given: torch.Tensor) -> torch.Tensor:
    if given.is_floating_point():
        raise ValueError("these are floats")
    return given.float()


_OF_TENSORS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("floats", gettext_noop("The numbers are right, but they are floats, and integers are asked for."), _as_floats),
    (
        "logarithm",
        gettext_noop("It gives the logarithm of what is asked for: leave it out."),
        lambda given: given.log(),
    ),
    (
        "exponential",
        gettext_noop("It gives exp of what is asked for: the logarithm is missing."),
        lambda given: given.exp(),
    ),
    ("root", gettext_noop("It gives the square root of what is asked for."), lambda given: given.sqrt()),
    ("square", gettext_noop("It gives the square of what is asked for: the root is missing."), lambda given: given**2),
    ("reciprocal", gettext_noop("It gives 1 divided by what is asked for."), lambda given: 1 / given),
    ("one minus", gettext_noop("It gives 1 minus what is asked for."), lambda given: 1 - given),
    ("minus one", gettext_noop("It gives 1 minus what is asked for, with the other sign."), lambda given: given - 1),
    (
        "absolute",
        gettext_noop("The sign is lost: it gives the absolute value of what is asked for."),
        lambda given: given.abs(),
    ),
    ("inverted", gettext_noop("Every True should be False, and every False True."), lambda given: ~given),
    (
        "summed",
        gettext_noop("It gives the sum of what is asked for: leave the values as they are."),
        lambda given: given.sum(),
    ),
    (
        "averaged",
        gettext_noop("It gives the mean of what is asked for: leave the values as they are."),
        lambda given: given.mean(),
    ),
    (
        "summed over the first axis",
        gettext_noop("It gives the sum of what is asked for over the first axis."),
        lambda x: x.sum(0),
    ),
    (
        "averaged over the first axis",
        gettext_noop("It gives the mean of what is asked for over the first axis."),
        lambda x: x.mean(0),
    ),
    (
        "summed over the last axis",
        gettext_noop("It gives the sum of what is asked for over the last axis."),
        lambda x: x.sum(-1),
    ),
    (
        "averaged over the last axis",
        gettext_noop("It gives the mean of what is asked for over the last axis."),
        lambda x: x.mean(-1),
    ),
    (
        "softmaxed",
        gettext_noop("It gives the softmax of what is asked for: leave the numbers as they are."),
        lambda x: x.softmax(-1),
    ),
    (
        "backwards",
        gettext_noop("The numbers are right, but along the first axis they run backwards."),
        lambda given: given.flip(0),
    ),
    (
        "last axis backwards",
        gettext_noop("The numbers are right, but along the last axis they run backwards."),
        lambda x: x.flip(-1),
    ),
    (
        "one place on",
        gettext_noop("The numbers are right, but each stands one place too far along the first axis."),
        lambda x: x.roll(1, 0),
    ),
    (
        "one place back",
        gettext_noop("The numbers are right, but each stands one place too early along the first axis."),
        lambda x: x.roll(-1, 0),
    ),
    (
        "without axes of size 1",
        gettext_noop("Axes of size 1 are lost: squeeze takes away all of them."),
        lambda given: given.squeeze(),
    ),
    ("clamped below", gettext_noop("What is negative became 0."), lambda given: given.clamp(min=0)),
    ("clamped", gettext_noop("What is below 0 or above 1 is cut off."), lambda given: given.clamp(0, 1)),
    ("rounded", gettext_noop("The numbers are rounded to whole ones."), lambda given: given.round()),
    ("whole", gettext_noop("The fractions are cut off."), lambda given: given.trunc()),
)
