"""What a mistake depends on: an argument, a dtype, a layout, one sample, seen in the checks and then tried.

A condition is told where it parts the calls that are wrong from those that are right, and the student's function,
called again, becomes right in a wrong call where the condition is taken away, and wrong in a right one where it is put
in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..outputs import Call, is_wrong, tensors_of
from .generic import Generic

_Arguments = Mapping[str, Any]
TRIED = 3
"""So many calls of each kind are tried, the smallest."""
TINY = 1e-8
"""Below it a number is nearly 0."""
LARGE = 50.0
"""From here on exponentials and squares are in danger: what an input must hold to be called extreme."""


@dataclass(frozen=True)
class _Condition:
    """Where calls are wrong, and how arguments are changed so that they fall under it or no longer do."""

    generic: Generic
    holds: Callable[[_Arguments], bool]
    without: Callable[[_Arguments], _Arguments | None]
    within: Callable[[_Arguments], _Arguments | None] = lambda arguments: None
    loosely: bool = False
    """Whether it may hold of calls that are right as well."""


def condition(
    calls: Sequence[Call], again: Callable[[_Arguments], bool | None] | None, before: str = ""
) -> Generic | None:
    """The condition on which an answer is wrong; None where none is found.

    Args:
        calls: what the student's code gave beside what is right.
        again: whether it gives what is right for other arguments; None where it cannot be called again.
        before: then the name of what was found when it could.
    """
    known = _told(calls)
    wrong = [arguments for arguments, off in known or [] if off]
    right = [arguments for arguments, off in known or [] if not off]
    if not wrong or len(right) < 2:
        return None
    for one in _conditions(wrong, right):
        under = sum(map(one.holds, right))
        if not all(map(one.holds, wrong)) or (under and not one.loosely) or len(right) - under < 2:
            continue
        if one.generic.name == before if again is None else _is_confirmed(one, wrong, right, again):
            return one.generic
    return None


def _told(calls: Sequence[Call]) -> list[tuple[_Arguments, bool]] | None:
    """The arguments of each call that gives a value, and whether it or its gradient is wrong; None beside others."""
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
    return sorted(told, key=lambda item: sum(tensor.numel() for tensor in _tensors(item[0])))


def _is_trivial(value: Any) -> bool:
    """Whether any function might give it: no numbers, or several that are all the same."""
    return isinstance(value, torch.Tensor) and value.numel() != 1 and len(set(value.detach().flatten().tolist())) < 2


def _is_confirmed(
    one: _Condition,
    wrong: Sequence[_Arguments],
    right: Sequence[_Arguments],
    again: Callable[[_Arguments], bool | None],
) -> bool:
    mended = [again(other) for arguments in wrong[:TRIED] if (other := one.without(arguments)) is not None]
    if True not in mended or False in mended:
        return False
    spoilt = [again(other) for arguments in right[:TRIED] if (other := one.within(arguments)) is not None]
    return False in spoilt or not any(spoilt)


# --- conditions -------------------------------------------------------------------------------------------------------


def _conditions(wrong: Sequence[_Arguments], right: Sequence[_Arguments]) -> Iterator[_Condition]:
    for name in wrong[0]:
        yield from _of_an_argument(name, [item[name] for item in wrong], [item[name] for item in right])
    yield from _OF_TENSORS


def _of_an_argument(name: str, wrong: Sequence[Any], right: Sequence[Any]) -> Iterator[_Condition]:
    """That an argument is given, is left out, or has a certain value."""
    if not any(value is None for value in wrong) and any(value is None for value in right):
        exact = all(value is None for value in right)
        said = f"It is right without `{name}`, and wrong with it" if exact else f"All that is wrong has a `{name}`"
        yield _Condition(
            Generic(f"with {name}", f"{said}: look at what it does with `{name}`."),
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
            Generic(f"several {name}", f"It is right where `{name}` is one value, and wrong where there are several."),
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
        said = f"It is right only where `{name}` is {others[0]!r}: look at what it does with `{name}` otherwise."
    elif len(some) == 1:
        said = f"It is wrong wherever `{name}` is {some[0]!r}, and right otherwise: look at what it does then."
        if not exact:
            said = f"All that is wrong is wrong where `{name}` is {some[0]!r}: look at what it does then."
    elif len(apart) == 1:
        said = f"All that is wrong is wrong where `{name}` is not {apart[0]!r}: look at what it does with `{name}`."
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
    """That a tensor has so many axes: tried with axes laid together or of size 1, at its beginning and at its end."""
    some, others = sorted({value.dim() for value in wrong}), sorted({value.dim() for value in right})
    if set(some) & set(others):
        return
    said = " or ".join(map(str, some)) + (" axis" if some == [1] else " axes")
    told = Generic(
        f"axes of {name}", f"It is wrong wherever `{name}` has {said}, and right where it has more or fewer."
    )
    for at_end in (True, False):

        def without(given: _Arguments, at_end: bool = at_end) -> _Arguments:
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


def _tensors(arguments: _Arguments) -> list[torch.Tensor]:
    found = tensors_of(Call([*arguments.values()], None, None))
    return [item for item in found if item.layout == torch.strided and not item.is_complex()]


def _each(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[_Arguments], _Arguments | None]:
    def changed(arguments: _Arguments) -> _Arguments | None:
        def of(value: Any) -> Any:
            is_dense = isinstance(value, torch.Tensor) and value.layout == torch.strided and not value.is_complex()
            return change(value.detach()) if is_dense else value

        return {name: of(value) for name, value in arguments.items()}

    return changed


def _floating(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[_Arguments], _Arguments | None]:
    return _each(lambda tensor: change(tensor) if tensor.is_floating_point() else tensor)


def _is_single(arguments: _Arguments) -> bool:
    tensors = _tensors(arguments)
    return bool(tensors) and tensors[0].dim() > 0 and tensors[0].shape[0] == 1


def _of_samples(count: int, arguments: _Arguments) -> _Arguments | None:
    """With so many samples in all that has as many as the first tensor."""
    tensors = _tensors(arguments)
    if not tensors or not tensors[0].dim():
        return None
    size = tensors[0].shape[0]

    def of(tensor: torch.Tensor) -> torch.Tensor:
        if not tensor.dim() or tensor.shape[0] != size:
            return tensor
        return tensor[:1] if count == 1 else torch.cat([tensor, tensor.flip(-1) * 2 if tensor.dim() > 1 else tensor])

    return _each(of)(arguments)


def _is_square(arguments: _Arguments) -> bool:
    tensors = _tensors(arguments)
    return bool(tensors) and all(item.dim() < 2 or item.shape[-1] == item.shape[-2] for item in tensors)


def _squared(arguments: _Arguments) -> _Arguments | None:
    def of(tensor: torch.Tensor) -> torch.Tensor:
        size = min(tensor.shape[-2:]) if tensor.dim() > 1 else 0
        return tensor[..., :size, :size] if size else tensor

    return _each(of)(arguments)


def _longer(arguments: _Arguments) -> _Arguments | None:
    return _each(lambda tensor: torch.cat([tensor, tensor * 2], -2) if tensor.dim() > 1 else tensor)(arguments)


def _any(holds: Callable[[torch.Tensor], bool]) -> Callable[[_Arguments], bool]:
    return lambda arguments: any(holds(item) for item in _tensors(arguments) if item.numel())


def _is_large(tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() and float(tensor.detach().double().abs().nan_to_num(posinf=0).max()) >= LARGE


def _is_tiny(tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() and bool((tensor.detach().abs() < TINY).any())


def _with_one(value: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """With one number in place of the first."""

    def change(tensor: torch.Tensor) -> torch.Tensor:
        changed = tensor.clone(memory_format=torch.contiguous_format)
        if changed.numel():
            changed.view(-1)[0] = value
        return changed

    return change


_OF_TENSORS = (
    _Condition(
        Generic("float64", "It is right for float32, and wrong for float64: keep the dtype of the input on the way."),
        _any(lambda tensor: tensor.dtype == torch.float64),
        _floating(lambda tensor: tensor.float()),
        _floating(lambda tensor: tensor.double() * (1 + 1e-8)),
    ),
    _Condition(
        Generic(
            "not-contiguous",
            "It is right only where its arguments are contiguous in memory, and wrong after a transpose or a slice:"
            " look at view, and at what counts on the order in memory.",
        ),
        _any(lambda tensor: not tensor.is_contiguous()),
        _each(lambda tensor: tensor.contiguous()),
    ),
    _Condition(
        Generic(
            "one-sample-only", "It is right only where the first axis has size 1, as in a batch of one sample. Try 2."
        ),
        lambda arguments: not _is_single(arguments),
        lambda arguments: _of_samples(1, arguments),
        lambda arguments: _of_samples(2, arguments),
    ),
    _Condition(
        Generic("one-sample", "It is wrong for one sample, where the first axis has size 1, and right for more."),
        _is_single,
        lambda arguments: _of_samples(2, arguments),
        lambda arguments: _of_samples(1, arguments),
    ),
    _Condition(
        Generic("square-only", "It is right for square inputs only: two axes are confused. Try 2 rows and 3 columns."),
        lambda arguments: not _is_square(arguments),
        _squared,
        _longer,
    ),
    _Condition(
        Generic("not-finite", "All that is wrong has an input that is infinite or NaN: finite ones are right."),
        _any(lambda tensor: tensor.is_floating_point() and not bool(tensor.isfinite().all())),
        _floating(lambda tensor: tensor.nan_to_num(0.5, 1.5, -1.5)),
        loosely=True,
    ),
    _Condition(
        Generic("extreme", "All that is wrong has large numbers in its inputs, such as 1000: moderate ones are right."),
        _any(_is_large),
        _floating(lambda tensor: tensor.nan_to_num(0.5, 1.5, -1.5).clamp(-2, 2)),
        _floating(_with_one(1000.0)),
        loosely=True,
    ),
    _Condition(
        Generic("zeros", "All that is wrong has a 0 in its inputs: other numbers are right."),
        _any(lambda tensor: tensor.is_floating_point() and bool((tensor == 0).any())),
        _floating(lambda tensor: torch.where(tensor == 0, 0.5, tensor)),
        _floating(_with_one(0.0)),
        loosely=True,
    ),
    _Condition(
        Generic(
            "tiny",
            "All that is wrong has numbers in its inputs that are 0 or nearly so: look at what is added to them, as"
            " an epsilon in a logarithm, and at what is divided by them.",
        ),
        _any(_is_tiny),
        _floating(lambda tensor: torch.where(tensor.abs() < TINY, 0.5, tensor)),
        loosely=True,
    ),
    _Condition(
        Generic("negative", "It is right for numbers that are not negative, and wrong where one is."),
        _any(lambda tensor: tensor.is_floating_point() and bool((tensor < 0).any())),
        _floating(lambda tensor: tensor.abs()),
        _floating(_with_one(-1.0)),
    ),
)
