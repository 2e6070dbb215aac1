"""A few calls that a check made, as steps that can be run on any notebook and written as code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from autograder.session.asked import Asked

MAX_STEPS = 10
"""What takes more is no example to read."""
MOST_ASKED = 200
"""Of what a check asks for so much is looked at: one that trains a network asks for thousands of things."""


@dataclass(frozen=True)
class Ref:
    """In the place of an object of the student's: what a step gave."""

    step: int


@dataclass(frozen=True)
class Step:
    """One step: `op` as in a request, its target a name or what an earlier step gave."""

    op: str
    target: str | Ref
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """Steps, of which the last is looked at; with `backward`, how the gradients of its arguments are asked for."""

    steps: tuple[Step, ...]
    backward: str = ""
    seed: int = 0

    @property
    def last(self) -> Step:
        """What is looked at."""
        return self.steps[-1]

    @property
    def size(self) -> int:
        """How many numbers its arguments hold."""
        return sum(_size(item) for step in self.steps for item in (*step.args, *step.kwargs.values()))


def programs_of(asked: Sequence[Asked]) -> Iterator[Program]:
    """For each call, or attribute of an object, what leads to it and nothing else; with gradients where asked for."""
    through = {item.target for item in asked if item.op == "backward"}
    asked = asked[:MOST_ASKED]
    for place, item in enumerate(asked):
        if item.op == "call" or (item.op == "getattr" and _is_plain(item.result)):
            steps = _leading_to(asked, place)
            if 0 < len(steps) <= MAX_STEPS:
                yield Program(tuple(steps))
                if item.token in through:
                    yield Program(tuple(steps), "sum")


def _is_plain(value: Any) -> bool:
    return not hasattr(value, "_handle")


def _leading_to(asked: Sequence[Asked], place: int) -> list[Step]:
    """The steps on the objects that the one at `place` is about, up to it."""
    made: dict[int, int] = {}
    """By an object's number, the first step that gave it."""
    classes: set[int] = set()
    """Numbers of functions and classes, which keep no state."""
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
    """The value with each thing in it that is no list, tuple or dict changed."""
    if type(value) in (list, tuple):
        return type(value)(mapped(item, change) for item in value)
    if type(value) is dict:
        return {key: mapped(item, change) for key, item in value.items()}
    return change(value)


def leaves(value: Any) -> Iterator[Any]:
    """The things in a value that are no lists, tuples or dicts."""
    if type(value) in (list, tuple):
        for item in value:
            yield from leaves(item)
    elif type(value) is dict:
        for item in value.values():
            yield from leaves(item)
    else:
        yield value


def changed(program: Program, change: Callable[[Any], Any]) -> Program:
    """The program with each leaf of its arguments changed."""
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
    """All leaves of its arguments, in order."""
    return [leaf for step in program.steps for item in (*step.args, *step.kwargs.values()) for leaf in leaves(item)]


def _size(value: Any) -> int:
    return sum(
        int(leaf.numel())
        if isinstance(leaf, torch.Tensor)
        else int(getattr(leaf, "size", 1) or 1)
        if not hasattr(leaf, "mode")
        else leaf.width * leaf.height
        for leaf in leaves(value)
    )
