"""Writes a program as code that students can paste below their own."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from .differing import Difference
from .program import Program, Ref, leaves

MAX_LENGTH = 160
"""The maximum length of an example with its numbers written out, in characters."""
MAX_NUMBERS = 64
"""The maximum size of a tensor that is written out, in numbers."""


class NotWritten(Exception):
    """A value that cannot be written as code."""


def code_of(program: Program, difference: Difference, parameters: Sequence[str], drawn: dict[int, str]) -> str:
    """Return code whose last line evaluates to what differs.

    Args:
        program: the program.
        difference: the difference that the code shows.
        parameters: the parameter names of the exercise's function, used as names of variables.
        drawn: code that draws a tensor at random, by the tensor's id.

    Raises:
        NotWritten: a value has no short form.
    """
    names: dict[int, str] = {}
    used = {item.step for step in program.steps for item in _refs(step)}
    last = len(program.steps) - 1
    draws = bool(drawn) or any("Dropout" in str(step.target) for step in program.steps)
    lines = [f"torch.manual_seed({program.seed})"] if draws else []
    call = ""
    for number, step in enumerate(program.steps):
        args = [_value(item, names, drawn) for item in step.args]
        kwargs = {name: _value(item, names, drawn) for name, item in step.kwargs.items()}
        target = names[step.target.step] if isinstance(step.target, Ref) else str(step.target)
        if step.op == "name":
            names[number] = target
            continue
        if step.op == "getattr":
            names[number] = call = f"{target}.{step.args[0]}"
            continue
        if step.op == "setattr":
            lines.append(f"{target}.{step.args[0]} = {args[1]}")
            continue
        if step.op != "call":
            raise NotWritten(step.op)
        if number == last:
            given = [*args, *kwargs.values()]
            must = difference.of != "result" or sum(map(len, given)) > 60
            for place, text in enumerate(given):
                is_tensor = isinstance(
                    [*step.args, *step.kwargs.values()][place], torch.Tensor | np.ndarray | dict | list
                )
                if is_tensor and (must and (len(text) > 16 or place == difference.place)):
                    name = (
                        list(kwargs)[place - len(args)] if place >= len(args) else _parameter(parameters, place, step)
                    )
                    lines.append(f"{name} = {text}")
                    given[place] = name
            args, kwargs = given[: len(args)], dict(zip(kwargs, given[len(args) :], strict=True))
        call = f"{target}({', '.join([*args, *(f'{name}={text}' for name, text in kwargs.items())])})"
        if number in used:
            name = f"layer{'' if not any(v == 'layer' for v in names.values()) else number}"
            lines.append(f"{name} = {call}")
            names[number] = name
        elif number != last:
            lines.append(call)
    if difference.of == "result":
        return "\n".join([*lines, f"{call}{difference.suffix}"])
    if difference.of == "argument":
        return "\n".join([*lines, call, f"{given[difference.place]}{difference.suffix}"])
    if not program.backward.startswith(("sum", "square")):
        raise NotWritten("backward")
    lines.append(f"y = {call}")
    total = "y.sum()" if program.backward.startswith("sum") else "(y ** 2).sum()"
    if program.backward.endswith("+"):
        total = "sum(t.sum() for t in y)" if program.backward.startswith("sum") else "sum((t ** 2).sum() for t in y)"
    return "\n".join([*lines, f"{total}.backward()", f"{given[difference.place]}.grad{difference.suffix}"])


def _parameter(parameters: Sequence[str], place: int, step: Any) -> str:
    if isinstance(step.target, Ref) and place < len(parameters):
        return parameters[place]
    return "xyzuvw"[place] if place < 6 else f"x{place}"


def parameters_of(function: Callable[..., Any]) -> list[str]:
    """Return the names of a function's parameters; an empty list if they are not known."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []
    return [name for name in names if name.isidentifier() and not keyword.iskeyword(name)]


def _refs(step: Any) -> list[Ref]:
    found = [leaf for item in (*step.args, *step.kwargs.values()) for leaf in leaves(item) if isinstance(leaf, Ref)]
    return found + ([step.target] if isinstance(step.target, Ref) else [])


def _value(value: Any, names: dict[int, str], drawn: dict[int, str]) -> str:
    if isinstance(value, Ref):
        return names[value.step]
    if isinstance(value, torch.Tensor):
        return drawn.get(id(value)) or _tensor(value)
    if isinstance(value, bool | int | str | None):
        return repr(value)
    if isinstance(value, float):
        return _float(value)
    if type(value) is list:
        return f"[{', '.join(_value(item, names, drawn) for item in value)}]"
    if type(value) is tuple:
        inner = ", ".join(_value(item, names, drawn) for item in value)
        return f"({inner}{',' if len(value) == 1 else ''})"
    if type(value) is dict:
        return "{" + ", ".join(f"{key!r}: {_value(item, names, drawn)}" for key, item in value.items()) + "}"
    if isinstance(value, torch.Size):
        return repr(value)
    if isinstance(value, torch.dtype):
        return str(value)
    if isinstance(value, torch.Generator):
        seed = value.initial_seed()
        if seed < 10_000 and torch.equal(torch.Generator().manual_seed(seed).get_state(), value.get_state()):
            return f"torch.Generator().manual_seed({seed})"
        raise NotWritten("a generator")
    if isinstance(value, np.ndarray):
        if value.size > MAX_NUMBERS:
            raise NotWritten("a large array")
        back = tuple(slice(None, None, -1 if stride < 0 else None) for stride in value.strides)
        if min(value.strides, default=0) < 0:
            index = ", ".join("::-1" if part.step else ":" for part in back)
            return f"np.array({_numbers(value[back].tolist())}, dtype=np.{value.dtype.name})[{index}]"
        return f"np.array({_numbers(value.tolist())}, dtype=np.{value.dtype.name})"
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({_numbers(value.item())})"
    if isinstance(value, Image.Image) and value.mode in ("L", "RGB", "RGBA", "LA"):
        array = np.asarray(value)
        if array.size > MAX_NUMBERS:
            raise NotWritten("a large image")
        return f"Image.fromarray(np.array({_numbers(array.tolist())}, dtype=np.uint8))"
    raise NotWritten(type(value).__name__)


def _tensor(value: torch.Tensor) -> str:
    if value.layout == torch.sparse_coo and value._nnz() <= MAX_NUMBERS:
        inner = f"{_tensor(value._indices())}, {_tensor(value._values().detach())}, {tuple(value.shape)}"
        return f"torch.sparse_coo_tensor({inner})"
    if value.layout != torch.strided or value.is_complex():
        raise NotWritten("a tensor of another kind")
    if value.numel() > MAX_NUMBERS:
        raise NotWritten("a large tensor")
    usual = {torch.float32, torch.int64, torch.bool}
    kept = "" if value.dtype in usual else f", dtype={value.dtype}"
    grad = ", requires_grad=True" if value.requires_grad else ""
    plain = value.detach()
    order = sorted(range(plain.dim()), key=lambda axis: -plain.stride()[axis])
    if not plain.is_contiguous() and plain.permute(order).is_contiguous():
        if value.requires_grad:
            raise NotWritten("a leaf laid out otherwise")
        back = ", ".join(str(order.index(axis)) for axis in range(plain.dim()))
        return f"{_tensor(plain.permute(order))}.permute({back})"
    if not plain.is_contiguous():
        raise NotWritten("a tensor laid out otherwise")
    shape = ", ".join(map(str, plain.shape))
    if plain.dim() and plain.numel() == 0:
        return f"torch.empty({shape}{kept or ('' if value.dtype == torch.float32 else f', dtype={value.dtype}')}{grad})"
    if plain.is_floating_point() and plain.numel() > 3:
        for number, how in ((0, "zeros"), (1, "ones")):
            if bool((plain == number).all()):
                return f"torch.{how}({shape}{kept}{grad})"
    numbers = plain.numpy().astype(str).astype(float).tolist() if value.dtype == torch.float32 else plain.tolist()
    return f"torch.tensor({_numbers(numbers)}{kept}{grad})"


def _numbers(item: Any) -> str:
    if isinstance(item, list):
        return f"[{', '.join(map(_numbers, item))}]"
    return _float(item) if isinstance(item, float) else repr(item)


def _float(number: float) -> str:
    if number != number or number in (float("inf"), -float("inf")):
        return f"float('{number}')"
    return repr(number)
