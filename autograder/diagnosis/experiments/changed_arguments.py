"""Changes the arguments of a call to meet a condition: one sample, another dtype, a 0 in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import torch

from ..outputs import Call, tensors_of

Arguments: TypeAlias = Mapping[str, Any]
TINY = 1e-8
"""Numbers below this count as nearly 0."""
LARGE = 50.0
"""Inputs with numbers from this on count as extreme, since exponentials and squares of them may overflow."""


def tensors(arguments: Arguments) -> list[torch.Tensor]:
    """Return the dense real tensors among the arguments."""
    found = tensors_of(Call([*arguments.values()], None, None))
    return [item for item in found if item.layout == torch.strided and not item.is_complex()]


def each_tensor(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Arguments], Arguments | None]:
    """Return a function that changes all dense tensors of the arguments."""

    def changed(arguments: Arguments) -> Arguments | None:
        def of(value: Any) -> Any:
            is_dense = isinstance(value, torch.Tensor) and value.layout == torch.strided and not value.is_complex()
            return change(value.detach()) if is_dense else value

        return {name: of(value) for name, value in arguments.items()}

    return changed


def floating(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Arguments], Arguments | None]:
    """Return a function that changes all dense floating-point tensors of the arguments."""
    return each_tensor(lambda tensor: change(tensor) if tensor.is_floating_point() else tensor)


def is_single(arguments: Arguments) -> bool:
    """Return whether there is only one sample: the first axis of the first tensor has size 1."""
    found = tensors(arguments)
    return bool(found) and found[0].dim() > 0 and found[0].shape[0] == 1


def of_samples(count: int, arguments: Arguments) -> Arguments | None:
    """Return the arguments with one sample, or twice as many, in all tensors with as many samples as the first."""

    def of(tensor: torch.Tensor) -> torch.Tensor:
        return tensor[:1] if count == 1 else torch.cat([tensor, tensor.flip(-1) * 2 if tensor.dim() > 1 else tensor])

    return each_of_samples(of, arguments)


def each_of_samples(
    change: Callable[[torch.Tensor], torch.Tensor], arguments: Arguments, at_least: int = 0
) -> Arguments | None:
    """Return the arguments with a change of all tensors with as many samples as the first.

    None if the first tensor has no first axis, or fewer samples than `at_least`.
    """
    found = tensors(arguments)
    if not found or not found[0].dim() or len(found[0]) < at_least:
        return None
    count = len(found[0])
    return each_tensor(lambda item: change(item) if item.dim() and len(item) == count else item)(arguments)


def is_square(arguments: Arguments) -> bool:
    """Return whether all matrices are square."""
    found = tensors(arguments)
    return bool(found) and all(item.dim() < 2 or item.shape[-1] == item.shape[-2] for item in found)


def squared(arguments: Arguments) -> Arguments | None:
    """Return the arguments with all matrices cut to squares."""

    def of(tensor: torch.Tensor) -> torch.Tensor:
        size = min(tensor.shape[-2:]) if tensor.dim() > 1 else 0
        return tensor[..., :size, :size] if size else tensor

    return each_tensor(of)(arguments)


def longer(arguments: Arguments) -> Arguments | None:
    """Return the arguments with twice as many rows in all matrices."""
    return each_tensor(lambda tensor: torch.cat([tensor, tensor * 2], -2) if tensor.dim() > 1 else tensor)(arguments)


def some_tensor(holds: Callable[[torch.Tensor], bool]) -> Callable[[Arguments], bool]:
    """Return a function that tests whether `holds` is true of any tensor."""
    return lambda arguments: any(holds(item) for item in tensors(arguments) if item.numel())


def is_large(tensor: torch.Tensor) -> bool:
    """Return whether a tensor holds a large number."""
    return tensor.is_floating_point() and float(tensor.detach().double().abs().nan_to_num(posinf=0).max()) >= LARGE


def is_tiny(tensor: torch.Tensor) -> bool:
    """Return whether a tensor holds a number that is 0 or nearly 0."""
    return tensor.is_floating_point() and bool((tensor.detach().abs() < TINY).any())


def with_one(value: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return a function that replaces a tensor's first number by `value`."""

    def change(tensor: torch.Tensor) -> torch.Tensor:
        changed = tensor.clone(memory_format=torch.contiguous_format)
        if changed.numel():
            changed.view(-1)[0] = value
        return changed

    return change
