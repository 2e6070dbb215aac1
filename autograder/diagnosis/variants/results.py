"""What is right, and then something more or less: a logarithm, a sum over it, two results exchanged."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from .variant import Variant


def of_results(solution: Any, value: Any) -> Iterator[Variant]:
    """The solution with something done to its result.

    Args:
        solution: the course's own; of a class there are none.
        value: one of its results.
    """
    if not inspect.isfunction(solution):
        return

    def changed(what: str, hint: str, change: Callable[[Any], Any]) -> Variant:
        def varied(*args: Any, **kwargs: Any) -> Any:
            return change(solution(*args, **kwargs))

        return Variant(what, hint, varied)

    if isinstance(value, tuple | list) and len(value) > 1:
        yield changed("results reversed", "The results are right, but in another order.", lambda given: given[::-1])
        yield changed(
            "first result only", "Only the first of the results is there: return all.", lambda given: given[0]
        )
        yield changed(
            "list for tuple" if isinstance(value, tuple) else "tuple for list",
            f"The results are right; return them as a {type(value).__name__}.",
            lambda given: list(given) if isinstance(given, tuple) else tuple(given),
        )
    for what, hint, change in _OF_TENSORS if isinstance(value, torch.Tensor) else ():
        yield changed(what, hint, change)
    for of, count in _COUNTS.items() if isinstance(value, torch.Tensor) else ():
        yield Variant(
            f"times {of}",
            f"It gives {of} times what is asked for: look at what it is divided by.",
            partial(_scaled, solution, count, 1),
        )
        yield Variant(
            f"divided by {of}",
            f"It gives what is asked for divided by {of}: look at what it is divided by.",
            partial(_scaled, solution, count, -1),
        )


def _scaled(
    solution: Callable[..., Any], count: Callable[[torch.Tensor], int], power: int, *args: Any, **kwargs: Any
) -> Any:
    """The result, times or divided by a count of the first tensor."""
    first = next(item for item in (*args, *kwargs.values()) if isinstance(item, torch.Tensor))
    return solution(*args, **kwargs) * float(count(first)) ** power


_COUNTS: dict[str, Callable[[torch.Tensor], int]] = {
    "the number of samples": lambda tensor: tensor.shape[0],
    "the size of the last axis": lambda tensor: tensor.shape[-1],
    "the number of values": torch.Tensor.numel,
    "the number of pixels": lambda tensor: tensor.shape[-1] * tensor.shape[-2],
}
_OF_TENSORS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("logarithm", "It gives the logarithm of what is asked for: leave it out.", lambda given: given.log()),
    ("exponential", "It gives exp of what is asked for: the logarithm is missing.", lambda given: given.exp()),
    ("root", "It gives the square root of what is asked for.", lambda given: given.sqrt()),
    ("square", "It gives the square of what is asked for: the root is missing.", lambda given: given**2),
    ("reciprocal", "It gives 1 divided by what is asked for.", lambda given: 1 / given),
    ("one minus", "It gives 1 minus what is asked for.", lambda given: 1 - given),
    ("minus one", "It gives 1 minus what is asked for, with the other sign.", lambda given: given - 1),
    ("absolute", "The sign is lost: it gives the absolute value of what is asked for.", lambda given: given.abs()),
    ("inverted", "Every True should be False, and every False True.", lambda given: ~given),
    ("summed", "It gives the sum of what is asked for: leave the values as they are.", lambda given: given.sum()),
    ("averaged", "It gives the mean of what is asked for: leave the values as they are.", lambda given: given.mean()),
    ("summed over the first axis", "It gives the sum of what is asked for over the first axis.", lambda x: x.sum(0)),
    (
        "averaged over the first axis",
        "It gives the mean of what is asked for over the first axis.",
        lambda x: x.mean(0),
    ),
    ("summed over the last axis", "It gives the sum of what is asked for over the last axis.", lambda x: x.sum(-1)),
    ("averaged over the last axis", "It gives the mean of what is asked for over the last axis.", lambda x: x.mean(-1)),
    ("softmaxed", "It gives the softmax of what is asked for: leave the numbers as they are.", lambda x: x.softmax(-1)),
    ("backwards", "The numbers are right, but along the first axis they run backwards.", lambda given: given.flip(0)),
    ("last axis backwards", "The numbers are right, but along the last axis they run backwards.", lambda x: x.flip(-1)),
    (
        "one place on",
        "The numbers are right, but each stands one place too far along the first axis.",
        lambda x: x.roll(1, 0),
    ),
    (
        "one place back",
        "The numbers are right, but each stands one place too early along the first axis.",
        lambda x: x.roll(-1, 0),
    ),
    (
        "without axes of size 1",
        "Axes of size 1 are lost: squeeze takes away all of them.",
        lambda given: given.squeeze(),
    ),
    ("clamped below", "What is negative became 0.", lambda given: given.clamp(min=0)),
    ("clamped", "What is below 0 or above 1 is cut off.", lambda given: given.clamp(0, 1)),
    ("rounded", "The numbers are rounded to whole ones.", lambda given: given.round()),
    ("whole", "The fractions are cut off.", lambda given: given.trunc()),
)
