"""Finds the condition that a mistake depends on: an argument, a dtype, a memory layout, one sample.

A condition is reported if it separates the wrong calls from the right ones, and if the student's function, called
again, becomes right in a wrong call when the condition is removed, and wrong in a right call when it is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from autograder.language import any_of, gettext, gettext_noop, ngettext

from ..outputs import Call, is_wrong
from .changed_arguments import (
    TINY,
    Arguments,
    each_tensor,
    floating,
    is_large,
    is_single,
    is_square,
    is_tiny,
    longer,
    of_samples,
    some_tensor,
    squared,
    tensors,
    with_one,
)
from .generic import Generic

TRIED = 3
"""The number of calls of each kind, the smallest ones, that are made again."""


@dataclass(frozen=True)
class _Condition:
    """A condition of wrong calls, and changes of arguments that remove it (`without`) or add it (`within`)."""

    generic: Generic
    holds: Callable[[Arguments], bool]
    without: Callable[[Arguments], Arguments | None]
    within: Callable[[Arguments], Arguments | None] = lambda arguments: None
    loosely: bool = False
    """Whether it may also hold for right calls."""


def condition(
    calls: Sequence[Call], again: Callable[[Arguments], bool | None] | None, before: str = ""
) -> Generic | None:
    """Return the condition under which an answer is wrong; None if none is found.

    Args:
        calls: the student's calls, each with its result and the right one.
        again: returns whether the student's function is right for other arguments; None if it cannot be called again.
        before: in that case the name of the condition that was found earlier.
    """
    known = _labelled(calls)
    wrong = [arguments for arguments, off in known or [] if off]
    right = [arguments for arguments, off in known or [] if not off]
    if not wrong or len(right) < 2:
        return None
    if again and again(wrong[0]) is True:  # it was wrong for another reason, such as the name of a parameter
        return None
    for one in _conditions(wrong, right):
        under = sum(map(one.holds, right))
        if not all(map(one.holds, wrong)) or (under and not one.loosely) or len(right) - under < 2:
            continue
        if one.generic.name == before if again is None else _is_confirmed(one, wrong, right, again):
            return one.generic
    return None


def _labelled(calls: Sequence[Call]) -> list[tuple[Arguments, bool]] | None:
    """Return each call's arguments, and whether its value or gradient is wrong; None if other calls are wrong."""
    found: list[tuple[Call, bool]] = []
    latest = False
    for call in calls:
        if call.given is None:
            if is_wrong(call) and not latest:
                return None
            if is_wrong(call) and found:
                found[-1] = found[-1][0], True
            continue
        latest = bool(call.arguments) and isinstance(call.right, tuple)
        if latest:
            found.append((call, is_wrong(call)))
        elif isinstance(call.right, tuple) and is_wrong(call):
            return None
    told = [(call.arguments, wrong) for call, wrong in found if wrong or not _is_trivial(call.right[0])]
    return sorted(told, key=lambda item: sum(tensor.numel() for tensor in tensors(item[0])))


def _is_trivial(value: Any) -> bool:
    """Return whether any function might give this value: no numbers, or several equal ones."""
    return isinstance(value, torch.Tensor) and value.numel() != 1 and len(set(value.detach().flatten().tolist())) < 2


def _is_confirmed(
    one: _Condition,
    wrong: Sequence[Arguments],
    right: Sequence[Arguments],
    again: Callable[[Arguments], bool | None],
) -> bool:
    mended = [again(other) for arguments in wrong[:TRIED] if (other := one.without(arguments)) is not None]
    if True not in mended or False in mended:
        return False
    spoilt = [again(other) for arguments in right[:TRIED] if (other := one.within(arguments)) is not None]
    return False in spoilt or not any(spoilt)


# --- conditions -------------------------------------------------------------------------------------------------------


def _conditions(wrong: Sequence[Arguments], right: Sequence[Arguments]) -> Iterator[_Condition]:
    for name in wrong[0]:
        yield from _of_an_argument(name, [item[name] for item in wrong], [item[name] for item in right])
    for one in _OF_TENSORS:
        yield replace(one, generic=Generic(one.generic.rule, gettext(one.generic.hint)))


def _of_an_argument(name: str, wrong: Sequence[Any], right: Sequence[Any]) -> Iterator[_Condition]:
    """Yield the conditions that an argument is given, is left out, or has a certain value."""
    if not any(value is None for value in wrong) and any(value is None for value in right):
        if all(value is None for value in right):
            said = gettext(
                "It is right without `{name}`, and wrong with it: look at what it does with `{name}`.", name=name
            )
        else:
            said = gettext("All that is wrong has a `{name}`: look at what it does with `{name}`.", name=name)
        yield _Condition(
            Generic(f"with {name}", said),
            lambda given: given[name] is not None,
            lambda given: {**given, name: None},
            loosely=True,
        )
        return
    if all(isinstance(value, torch.Tensor) for value in [*wrong, *right]):
        yield from _of_axes(name, wrong, right)
    if not all(map(_is_plain, [*wrong, *right])):
        return
    some, others = _distinct(wrong), _distinct(right)
    if all(map(_is_several, some)) and not any(map(_is_several, others)):
        yield _Condition(
            Generic(
                f"several {name}",
                gettext("It is right where `{name}` is one value, and wrong where there are several.", name=name),
            ),
            lambda given: _is_several(given[name]),
            lambda given: {**given, name: others[0]},
            lambda given: {**given, name: some[0]},
        )
        return
    apart = [value for value in others if value not in some]
    if not apart:
        return
    exact = len(apart) == len(others)
    if exact and len(others) == 1:
        said = gettext(
            "It is right only where `{name}` is {value}: look at what it does with `{name}` otherwise.",
            name=name,
            value=repr(others[0]),
        )
    elif len(some) == 1 and exact:
        said = gettext(
            "It is wrong wherever `{name}` is {value}, and right otherwise: look at what it does then.",
            name=name,
            value=repr(some[0]),
        )
    elif len(some) == 1:
        said = gettext(
            "All that is wrong is wrong where `{name}` is {value}: look at what it does then.",
            name=name,
            value=repr(some[0]),
        )
    elif len(apart) == 1:
        said = gettext(
            "All that is wrong is wrong where `{name}` is not {value}: look at what it does with `{name}`.",
            name=name,
            value=repr(apart[0]),
        )
    else:
        return
    yield _Condition(
        Generic(f"where {name}", said),
        lambda given: given[name] not in apart,
        lambda given: {**given, name: apart[0]},
        lambda given: {**given, name: some[0]},
        loosely=True,
    )


def _of_axes(name: str, wrong: Sequence[torch.Tensor], right: Sequence[torch.Tensor]) -> Iterator[_Condition]:
    """Yield the condition on a tensor's number of axes, tested with axes flattened or added at its end or beginning."""
    some, others = sorted({value.dim() for value in wrong}), sorted({value.dim() for value in right})
    if set(some) & set(others):
        return
    said = ngettext(
        "It is wrong wherever `{name}` has {count} axis, and right where it has more or fewer.",
        "It is wrong wherever `{name}` has {count} axes, and right where it has more or fewer.",
        1 if some == [1] else 2,
        name=name,
        count=any_of(map(str, some)),
    )
    told = Generic(f"axes of {name}", said)
    for at_end in (True, False):

        def without(given: Arguments, at_end: bool = at_end) -> Arguments:
            return {**given, name: _with_axes(given[name].detach(), min(others), at_end)}

        yield _Condition(told, lambda given: given[name].dim() in some, without)


def _with_axes(tensor: torch.Tensor, count: int, at_end: bool) -> torch.Tensor:
    more = count - tensor.dim()
    if more < 0:
        return tensor.flatten(count - 1) if at_end else tensor.flatten(0, -count)
    shape = [*tensor.shape, *[1] * more] if at_end else [*[1] * more, *tensor.shape]
    return tensor.reshape(shape)


def _is_several(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(item, int | float) for item in value)
    return value is None or isinstance(value, bool | int | float | str)


def _distinct(values: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


_OF_TENSORS = (
    _Condition(
        Generic(
            "float64",
            gettext_noop("It is right for float32, and wrong for float64: keep the dtype of the input on the way."),
        ),
        some_tensor(lambda tensor: tensor.dtype == torch.float64),
        floating(lambda tensor: tensor.float()),
        floating(lambda tensor: tensor.double() * (1 + 1e-8)),
    ),
    _Condition(
        Generic(
            "not-contiguous",
            gettext_noop(
                "It is right only where its arguments are contiguous in memory, and wrong after a transpose or a slice:"
                " look at view, and at what counts on the order in memory."
            ),
        ),
        some_tensor(lambda tensor: not tensor.is_contiguous()),
        each_tensor(lambda tensor: tensor.contiguous()),
    ),
    _Condition(
        Generic(
            "one-sample-only",
            gettext_noop("It is right only where the first axis has size 1, as in a batch of one sample. Try 2."),
        ),
        lambda arguments: not is_single(arguments),
        lambda arguments: of_samples(1, arguments),
        lambda arguments: of_samples(2, arguments),
    ),
    _Condition(
        Generic(
            "one-sample",
            gettext_noop("It is wrong for one sample, where the first axis has size 1, and right for more."),
        ),
        is_single,
        lambda arguments: of_samples(2, arguments),
        lambda arguments: of_samples(1, arguments),
    ),
    _Condition(
        Generic(
            "square-only",
            gettext_noop("It is right for square inputs only: two axes are confused. Try 2 rows and 3 columns."),
        ),
        lambda arguments: not is_square(arguments),
        squared,
        longer,
    ),
    _Condition(
        Generic(
            "not-finite", gettext_noop("All that is wrong has an input that is infinite or NaN: finite ones are right.")
        ),
        some_tensor(lambda tensor: tensor.is_floating_point() and not bool(tensor.isfinite().all())),
        floating(lambda tensor: tensor.nan_to_num(0.5, 1.5, -1.5)),
        loosely=True,
    ),
    _Condition(
        Generic(
            "extreme",
            gettext_noop("All that is wrong has large numbers in its inputs, such as 1000: moderate ones are right."),
        ),
        some_tensor(is_large),
        floating(lambda tensor: tensor.nan_to_num(0.5, 1.5, -1.5).clamp(-2, 2)),
        floating(with_one(1000.0)),
        loosely=True,
    ),
    _Condition(
        Generic("zeros", gettext_noop("All that is wrong has a 0 in its inputs: other numbers are right.")),
        some_tensor(lambda tensor: tensor.is_floating_point() and bool((tensor == 0).any())),
        floating(lambda tensor: torch.where(tensor == 0, 0.5, tensor)),
        floating(with_one(0.0)),
        loosely=True,
    ),
    _Condition(
        Generic(
            "tiny",
            gettext_noop(
                "All that is wrong has numbers in its inputs that are 0 or nearly so: look at what is added to them, as"
                " an epsilon in a logarithm, and at what is divided by them."
            ),
        ),
        some_tensor(is_tiny),
        floating(lambda tensor: torch.where(tensor.abs() < TINY, 0.5, tensor)),
        loosely=True,
    ),
    _Condition(
        Generic("negative", gettext_noop("It is right for numbers that are not negative, and wrong where one is.")),
        some_tensor(lambda tensor: tensor.is_floating_point() and bool((tensor < 0).any())),
        floating(lambda tensor: tensor.abs()),
        floating(with_one(-1.0)),
    ),
)
