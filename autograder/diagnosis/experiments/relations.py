"""Finds what should be so whatever the arguments are, and is not so for an answer: relations between two calls.

The course's own solution gives the same for two rows in another order, for logits that are all one larger, and
something else for another eps. The student's function is called with such a pair of arguments, and what is told is what
was seen, whatever else is wrong (metamorphic testing: Chen, Cheung and Yiu, 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from autograder.language import all_of, gettext, gettext_noop
from autograder.model.verdict import RELATION

from ..outputs import Call, is_wrong, tensors_of
from .changed_arguments import Arguments, each_of_samples, tensors
from .generic import Generic
from .remembered_calls import Ask, Remembered, numbers_of, relative_difference

_RULE = RELATION.removeprefix("generic:")
LARGEST = 4_000
"""The maximum number of elements in the arguments of a call that is made again."""
MOST_CALLS = 8
"""The maximum number of calls, the smallest ones, with which a relation is tried."""
MOST_OF_THE_STUDENT = 4
"""The maximum number of these calls for which the student's function is asked."""
MOSTLY = 2 / 3
"""The share of the calls for which it must hold: where eps is large, it does not."""
CLEARLY = 0.02
"""The relative difference from which on a relation clearly does not hold."""
CLOSELY = 1e-3
"""The relative difference within which a relation holds, since an epsilon may disturb it."""


@dataclass(frozen=True)
class _Relation:
    """A change of arguments, and what it does to the right result."""

    name: str
    text: str
    change: Callable[[Arguments], Arguments | None]
    expected: Callable[[list[torch.Tensor]], list[torch.Tensor]] = lambda given: given
    compared: Callable[[list[torch.Tensor]], list[torch.Tensor]] = lambda given: given
    """The part of both results that is compared."""
    values: Mapping[str, object] = field(default_factory=dict)
    is_of_others: bool = False
    """Whether the results should differ in the compared part."""
    along: tuple[str, int] | None = None
    """The argument and the axis that must be as long as the same axis of the results."""

    @property
    def generic(self) -> Generic:
        """Return the mistake of an answer for which it does not hold."""
        return Generic(f"{_RULE} {self.name}", gettext(self.text, **self.values))

    def between(self, function: Remembered, arguments: Arguments, changed: Arguments) -> float | None:
        """Return how far a function's two results are from what is expected; None if they cannot be compared."""
        first, second = function(arguments), function(changed)
        if not first or not second:
            return None
        try:
            return relative_difference(self.compared(self.expected(first)), self.compared(second))
        except (RuntimeError, IndexError):
            return None

    def is_aligned(self, arguments: Arguments, right: Remembered) -> bool:
        """Return whether the places of the argument are those of the results."""
        if self.along is None:
            return True
        name, axis = self.along
        return all(item.shape[axis] == arguments[name].shape[axis] for item in right(arguments) or [])

    def holds(self, apart: float) -> bool:
        """Return whether it holds for results that are so far apart."""
        return apart > CLEARLY if self.is_of_others else apart <= CLOSELY

    def fails(self, apart: float) -> bool:
        """Return whether it clearly does not hold."""
        return apart == 0 if self.is_of_others else apart > CLEARLY


def relation(calls: Sequence[Call], solution: Ask, student: Ask | None, before: str = "") -> Generic | None:
    """Return a relation that holds for the right results and not for the student's; None if there is none.

    Args:
        calls: the student's calls, each with its result and the right one.
        solution: what the course's own solution gives.
        student: what the student's function gives; None if it cannot be called again.
        before: in that case the name of the relation that was found earlier.
    """
    usable = _usable(calls)
    if len(usable) < 2:
        return None
    given = [call.arguments for call in usable]
    right = Remembered(solution)
    mine = Remembered(student) if student else None
    if mine is None:
        return _again(before, given, right)
    if not _gives_it_again(usable, mine):
        return None
    found = _ignored([name for name in given[0] if _is_ignored(name, given, right, mine)])
    for one in _relations(given, right):
        if _is_broken(one, given, right, mine):
            return _both(found, one.generic) if found else one.generic
    return found


def _both(first: Generic, second: Generic) -> Generic:
    rule = f"{first.rule} + {second.rule}"
    return Generic(rule, gettext("{first} And besides: {second}", first=first.hint, second=second.hint))


def _again(before: str, given: Sequence[Arguments], right: Remembered) -> Generic | None:
    """Return the relation with this name, in words."""
    if _RULE not in before:
        return None
    names = before.removeprefix("generic:").split(" + ")
    ignored = [name for item in names if item.startswith(_IGNORED) for name in item.removeprefix(_IGNORED).split()]
    first = _ignored(ignored)
    second = next((one.generic for one in _relations(given, right) if one.generic.rule in names), None)
    return _both(first, second) if first and second else first or second


def _gives_it_again(calls: Sequence[Call], mine: Remembered) -> bool:
    """Return whether the student's function gives what it gave; one that draws numbers has no relation to tell."""
    for call in calls[:2]:
        first, again = numbers_of(call.mine[0]), mine(call.arguments)
        apart = relative_difference(first, again) if first and again else None
        if apart is not None and apart > CLOSELY:
            return False
    return True


def _usable(calls: Sequence[Call]) -> list[Call]:
    """Return the calls that gave numbers, the smallest first; none if no such call is wrong."""
    found = [
        call for call in calls if call.arguments and isinstance(call.mine, tuple) and isinstance(call.right, tuple)
    ]
    if not any(map(is_wrong, found)):
        return []
    small = [call for call in found if sum(item.numel() for item in tensors_of(call)) <= LARGEST]
    kept = [
        call
        for call in small
        if _says_enough(numbers_of(call.right[0]))
        and all(value.layout == torch.strided for value in call.arguments.values() if isinstance(value, torch.Tensor))
    ]
    return sorted(kept, key=lambda call: sum(item.numel() for item in tensors(call.arguments)))


def _says_enough(numbers: list[torch.Tensor] | None) -> bool:
    """Return whether a result is more than the same number everywhere, such as 0."""
    flat = [number for item in numbers or [] for number in item.flatten().tolist()]
    return bool(flat) and (len(set(flat)) > 1 or flat[0] not in (0, 1))


# --- arguments without effect -----------------------------------------------------------------------------------------

_IGNORED = f"{_RULE} ignored "


def _ignored(names: Sequence[str]) -> Generic | None:
    if not names:
        return None
    if len(names) == 1:
        said = gettext("`{name}` has no effect: with another one the result is the same.", name=names[0])
    else:
        some = all_of(f"`{name}`" for name in names)
        said = gettext("{names} have no effect: with others the result is the same.", names=some)
    return Generic(_IGNORED + " ".join(names), said)


def _is_ignored(name: str, given: Sequence[Arguments], right: Remembered, mine: Remembered) -> bool:
    """Return whether an argument changes the right result in some calls, and the student's in none of them."""
    seen = 0
    for arguments in given[:MOST_CALLS]:
        for value in _others(name, arguments, given):
            changed = {**arguments, name: value}
            one, other = right(arguments), right(changed)
            apart = relative_difference(one, other) if one and other else None
            if apart is None or apart < 1e-6:
                continue
            one, other = mine(arguments), mine(changed)
            if not one or not other or relative_difference(one, other) != 0.0:
                return False
            seen += 1
            break
        if seen == 2:
            break
    return seen > 0


def _others(name: str, arguments: Arguments, given: Sequence[Arguments]) -> Iterator[Any]:
    """Yield other values for an argument."""
    value = arguments[name]
    if isinstance(value, torch.Tensor):
        if value.layout != torch.strided or value.is_complex():
            return
        if value.is_floating_point():
            yield value.detach() * 1.5 + 0.25
        elif value.dtype == torch.bool:
            yield ~value
        elif value.dim():
            yield value.flip(0)
        return
    if not _is_plain(value):
        return
    for other in (item[name] for item in given):
        if type(other) is type(value) and _is_plain(other) and other != value:
            yield other
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, float):
        yield value * 3 + 0.01
        yield value / 2


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(item, int | float) for item in value)
    return isinstance(value, bool | int | float | str)


# --- relations --------------------------------------------------------------------------------------------------------


def _is_broken(one: _Relation, given: Sequence[Arguments], right: Remembered, mine: Remembered) -> bool:
    """Return whether a relation holds for the right results, and clearly not for the student's of the same calls."""
    holding, failing = [], 0
    for arguments in given[:MOST_CALLS]:
        changed = one.change(arguments)
        apart = one.between(right, arguments, changed) if changed is not None else None
        if apart is not None and changed is not None:
            if one.holds(apart) and one.is_aligned(arguments, right):
                holding.append((arguments, changed))
            else:
                failing += 1
    if len(holding) < 2 or len(holding) < MOSTLY * (len(holding) + failing):
        return False
    seen = [one.between(mine, arguments, changed) for arguments, changed in holding[:MOST_OF_THE_STUDENT]]
    broken = [apart is not None and one.fails(apart) for apart in seen]
    return sum(broken) >= 2 and all(broken[place] for place, apart in enumerate(seen) if apart is not None)


def _relations(given: Sequence[Arguments], right: Remembered) -> Iterator[_Relation]:
    """Yield relations that may hold, those that say most first."""
    names = [name for name, value in given[0].items() if isinstance(value, torch.Tensor) and value.is_floating_point()]
    for name in names:
        yield from _of_axes(name, given, right)
    yield _Relation(
        "rows twice",
        gettext_noop(
            "With every row twice, in all arguments, the result should stay as it is, and yours does not: look at what"
            " is divided by the number of rows."
        ),
        lambda arguments: each_of_samples(lambda tensor: torch.cat([tensor, tensor]), arguments, at_least=2),
        compared=lambda numbers: [item[: len(item) // 2] if item.dim() and len(item) > 1 else item for item in numbers],
    )
    for place, name in enumerate(names):
        for other in names[place + 1 :]:
            yield _Relation(
                f"exchanged {name} {other}",
                gettext_noop(
                    "With `{name}` and `{other}` exchanged the result should stay as it is, and yours does not."
                ),
                lambda given, name=name, other=other: _exchanged(given, name, other),  # type: ignore[misc]
                values={"name": name, "other": other},
            )
    for name in names:
        for factor, text in _TWICE:
            yield _Relation(
                f"twice {name} {factor}",
                text,
                lambda given, name=name: _changed(given, name, lambda tensor: tensor * 2),  # type: ignore[misc]
                expected=lambda numbers, factor=factor: [item * factor for item in numbers],  # type: ignore[misc]
                values={"name": name, "factor": factor},
            )
        yield _Relation(
            f"one more {name}",
            gettext_noop(
                "With 1 added to all numbers of `{name}` the result should stay as it is, and yours does not."
            ),
            lambda given, name=name: _changed(given, name, lambda tensor: tensor + 1),  # type: ignore[misc]
            values={"name": name},
        )


_AS_IT_IS = gettext_noop(
    "With `{name}` twice as large the result should stay as it is (but for an eps), and yours does not: look at what it"
    " is divided by."
)
_LARGER = gettext_noop("With `{name}` twice as large the result should be {factor} times as large, and yours is not.")
_TWICE = ((1, _AS_IT_IS), (2, _LARGER), (4, _LARGER))


def _of_axes(name: str, given: Sequence[Arguments], right: Remembered) -> Iterator[_Relation]:
    """Yield for each axis of an argument that its places have results of their own, or have not."""
    for what, text in (("own place", _OWN), ("other places", _OTHERS)):
        for axis in (0, 1, -1, -2):
            yield _Relation(
                f"{what} {name} {axis}",
                text,
                lambda given, axis=axis: _at_first_place(given, name, axis),  # type: ignore[misc]
                compared=lambda numbers, axis=axis: [item.narrow(axis, 1, item.shape[axis] - 1) for item in numbers],  # type: ignore[misc]
                values={"name": name, "axis": axis},
                is_of_others=text == _OTHERS,
                along=(name, axis),
            )


_OWN = gettext_noop(
    "What stands at one place of axis {axis} of `{name}` should not count for the results at the others, and yours"
    " does: look at the axes that you add up, average or normalize over."
)
_OTHERS = gettext_noop(
    "What stands at one place of axis {axis} of `{name}` should count for the results at the others too, and yours"
    " does not: look at the axes that you add up, average or normalize over."
)


def _at_first_place(given: Arguments, name: str, axis: int) -> Arguments | None:
    """Return the arguments with other numbers at the first place of an axis."""
    tensor = given[name]
    if not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point():
        return None
    if tensor.dim() < 2 or tensor.shape[axis] < 2:
        return None
    changed = tensor.detach().clone()
    first = changed.narrow(axis, 0, 1)
    wave = torch.linspace(0.5, 2.5, first.numel(), dtype=first.dtype).reshape(first.shape)
    first.mul_(wave).add_(0.3)
    return {**given, name: changed}


def _changed(given: Arguments, name: str, change: Callable[[torch.Tensor], torch.Tensor]) -> Arguments | None:
    value = given[name]
    if not isinstance(value, torch.Tensor) or not value.is_floating_point() or value.numel() < 2:
        return None
    return {**given, name: change(value.detach())}


def _exchanged(given: Arguments, name: str, other: str) -> Arguments | None:
    one, two = given[name], given[other]
    is_like = isinstance(one, torch.Tensor) and isinstance(two, torch.Tensor) and one.shape == two.shape
    return {**given, name: two, other: one} if is_like else None
