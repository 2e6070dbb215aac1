"""A few calls made by a check, as steps that can be run on any notebook and written as code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from PIL import Image

from autograder.authoring.tables import is_table
from autograder.session.asked import Asked

MAX_STEPS = 10
"""The maximum number of steps; longer examples are hard to read."""
MAX_REQUESTS = 200
"""The number of a check's requests that are considered: one that trains a network makes thousands."""


@dataclass(frozen=True)
class Ref:
    """A reference to the object that a step returned."""

    step: int


@dataclass(frozen=True)
class Step:
    """One step: `op` as in a request; its target is a name, or the object that an earlier step returned."""

    op: str
    target: str | Ref
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """Steps, of which the last one's result is compared; `backward` says how gradients are requested."""

    steps: tuple[Step, ...]
    backward: str = ""
    seed: int = 0

    @property
    def last(self) -> Step:
        """Return the step whose result is compared."""
        return self.steps[-1]

    @property
    def size(self) -> int:
        """Return how many numbers the arguments contain."""
        return sum(_size(item) for step in self.steps for item in (*step.args, *step.kwargs.values()))


def programs_of(asked: Sequence[Asked]) -> Iterator[Program]:
    """Yield, for each call or plain attribute, a program of the steps it needs; also with gradients if requested."""
    through = {item.target for item in asked if item.op == "backward"}
    asked = asked[:MAX_REQUESTS]
    for place, item in enumerate(asked):
        if item.op == "call" or (item.op == "getattr" and _is_plain(item.result)):
            steps = _steps_for(asked, place)
            if 0 < len(steps) <= MAX_STEPS:
                yield Program(tuple(steps))
                if item.token in through:
                    yield Program(tuple(steps), "sum")


def _is_plain(value: Any) -> bool:
    return not hasattr(value, "_handle")


def _steps_for(asked: Sequence[Asked], place: int) -> list[Step]:
    """Return the steps that the request at index `place` needs, including itself; [] if they form no program."""
    made: dict[int, int] = {}
    """By an object's number, the first step that returned it."""
    classes: set[int] = set()
    """Numbers of functions and classes, which have no state."""
    for number, item in enumerate(asked[: place + 1]):
        handle = getattr(item.result, "_handle", None)
        if handle is not None:
            made.setdefault(handle.number, number)
            if handle.kind != "object":
                classes.add(handle.number)
    wanted = {place}
    objects: set[int] = set()
    changed = True
    while changed:
        before = len(wanted)
        for number in sorted(wanted):
            for handle in _handles(asked[number]):
                if handle in made:
                    wanted.add(made[handle])
                    objects.add(handle)
        for number, item in enumerate(asked[:place]):
            mutable = objects - classes
            if item.op in ("call", "setattr", "setitem", "getattr") and not item.raised:
                if item.op != "getattr" and item.target in mutable:
                    wanted.add(number)
                handle = getattr(item.result, "_handle", None)
                if (
                    item.op == "getattr"
                    and item.target in mutable
                    and handle is not None
                    and _is_called(asked[:place], handle.number)
                ):
                    wanted.add(number)
                    objects.add(handle.number)
                    wanted.update(
                        n
                        for n, other in enumerate(asked[:place])
                        if other.op == "call" and other.target == handle.number
                    )
        if len(wanted) > MAX_STEPS:
            return []
        changed = len(wanted) > before
    order = sorted(wanted)
    if any(asked[number].op == "backward" for number in order):
        return []
    renamed = {number: new for new, number in enumerate(order)}

    def ref(handle: int) -> Ref:
        return Ref(renamed[made[handle]])

    def replaced(value: Any) -> Any:
        return mapped(value, lambda leaf: ref(leaf._handle.number) if hasattr(leaf, "_handle") else leaf)

    try:
        return [
            Step(
                item.op,
                ref(int(item.target)) if item.op != "name" else str(item.target),
                tuple(map(replaced, item.args)),
                {name: replaced(value) for name, value in item.kwargs.items()},
            )
            for item in (asked[number] for number in order)
        ]
    except KeyError:
        return []


def _is_called(asked: Sequence[Asked], handle: int) -> bool:
    return any(item.op == "call" and item.target == handle for item in asked)


def _handles(item: Asked) -> set[int]:
    found = {int(item.target)} if item.op != "name" else set()
    for value in (*item.args, *item.kwargs.values()):
        found |= {leaf._handle.number for leaf in leaves(value) if hasattr(leaf, "_handle")}
    return found


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return the value with `change` applied to each element that is not a list, tuple or dict."""
    if type(value) in (list, tuple):
        return type(value)(mapped(item, change) for item in value)
    if type(value) is dict:
        return {key: mapped(item, change) for key, item in value.items()}
    return change(value)


def leaves(value: Any) -> Iterator[Any]:
    """Yield the elements of a value that are not lists, tuples or dicts."""
    if type(value) in (list, tuple):
        for item in value:
            yield from leaves(item)
    elif type(value) is dict:
        for item in value.values():
            yield from leaves(item)
    else:
        yield value


def changed(program: Program, change: Callable[[Any], Any]) -> Program:
    """Return the program with `change` applied to each leaf of its arguments."""
    steps = tuple(
        Step(
            step.op,
            step.target,
            tuple(mapped(item, change) for item in step.args),
            {name: mapped(item, change) for name, item in step.kwargs.items()},
        )
        for step in program.steps
    )
    return replace(program, steps=steps)


def all_leaves(program: Program) -> list[Any]:
    """Return all leaves of the program's arguments, in order."""
    return [leaf for step in program.steps for item in (*step.args, *step.kwargs.values()) for leaf in leaves(item)]


def _size(value: Any) -> int:
    return sum(map(_size_of_leaf, leaves(value)))


def _size_of_leaf(leaf: Any) -> int:
    if isinstance(leaf, torch.Tensor):
        return int(leaf.numel())
    if isinstance(leaf, Image.Image):
        return leaf.width * leaf.height
    if isinstance(leaf, np.ndarray) or is_table(leaf):
        return int(leaf.size) or 1
    return 1
