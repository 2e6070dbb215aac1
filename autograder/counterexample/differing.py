"""Where what a program gave differs from what is right, as the end of an expression and two short texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image

from autograder.authoring.assertions import shown
from autograder.diagnosis.traces import same

from .program import Program, leaves, mapped
from .running import Outcome, is_a

_SHOWN = 16
"""Tensors of at most this many numbers are shown whole."""


@dataclass(frozen=True)
class Difference:
    """How two outcomes differ.

    `kind` stays the same while a program is made smaller; `of` says what is looked at: the result, an argument as the
    call left it, or an argument's gradient, of which `place` counts the arguments; `suffix` is what is looked at in it.
    """

    kind: str
    mine: str
    right: str
    of: str = "result"
    place: int = 0
    suffix: str = ""


def difference(program: Program, mine: Outcome, right: Outcome, strict: bool = False) -> Difference | None:
    """The first difference; None where there is none, or where what is right is none to show."""
    if right.failed:
        return None
    if mine.failed:
        return Difference("failed", mine.sentence, _ends(right)) if mine.sentence.startswith("your code") else None
    if mine.raised == "NotImplementedError":
        return None
    if mine.raised or right.raised:
        if mine.raised and right.raised and is_a(mine.raised, right.raised):
            return None
        if right.raised and right.step != len(program.steps) - 1:
            return None
        should = (
            f"raises {right.raised.rpartition('.')[2]}" if right.raised else _ends(right)
        )  # no text of the solution's
        return Difference(f"raises {mine.raised}|{right.raised}", _ends(mine), should)
    found = _compared(mine.value, right.value, "", strict)
    if found:
        return found
    given = [*program.last.args, *program.last.kwargs.values()]
    for place, item in enumerate(given if program.last.op == "call" else []):
        left = mine.after[place] if mine.after else item
        should = right.after[place] if right.after else item
        holds = any(isinstance(leaf, torch.Tensor | np.ndarray) for leaf in leaves(item))
        if holds and (found := _compared(mapped(left, _data), mapped(should, _data), "")):
            return Difference(f"in place {place}", found.mine, found.right, "argument", place, found.suffix)
    for place, (one, other) in enumerate(zip(mine.grads, right.grads, strict=False)):
        if one is None and other is not None:
            if bool(other.any()):
                return Difference(f"grad {place}", "None", shown(other), "gradient", place)
        elif other is not None and (found := _compared(one, other, "")):
            return Difference(f"grad {place}", found.mine, found.right, "gradient", place, found.suffix)
    return None


def _data(value: Any) -> Any:
    return value.detach() if isinstance(value, torch.Tensor) else value


def _ends(outcome: Outcome) -> str:
    if not outcome.raised:
        return shown(outcome.value)
    name = outcome.raised.rpartition(".")[2]
    text = outcome.sentence.removeprefix("your code raised ")
    return f"raises {text}" if text != outcome.sentence and len(text) <= 200 else f"raises {name}"


def _compared(mine: Any, right: Any, suffix: str, strict: bool = False) -> Difference | None:
    if hasattr(right, "_handle"):
        return None
    if isinstance(right, list | tuple):
        if not isinstance(mine, list | tuple) or len(mine) != len(right):
            return Difference("container", shown(mine), shown(right), suffix=suffix)
        for place, (one, other) in enumerate(zip(mine, right, strict=True)):
            if found := _compared(one, other, f"{suffix}[{place}]", strict):
                return found
        return None
    if isinstance(right, dict):
        if not isinstance(mine, dict) or mine.keys() != right.keys():
            return Difference("container", shown(mine), shown(right), suffix=suffix)
        for key in right:
            if found := _compared(mine[key], right[key], f"{suffix}[{key!r}]", strict):
                return found
        return None
    if isinstance(right, torch.Tensor):
        return _tensor(mine, right, suffix, strict)
    if isinstance(right, Image.Image):
        if isinstance(mine, Image.Image) and (mine.mode, mine.size) == (right.mode, right.size):
            return _compared(np.asarray(mine), np.asarray(right), suffix, strict)
        return Difference("type", shown(mine), shown(right), suffix=suffix)
    if isinstance(right, np.ndarray):
        if not isinstance(mine, np.ndarray):
            return Difference("type", shown(mine), shown(right), suffix=suffix)
        if right.dtype.kind in "biuf" and mine.dtype.kind in "biuf":
            return _tensor(torch.tensor(mine.copy()), torch.tensor(right.copy()), suffix, strict)
        return None if same(mine, right) else Difference("value", shown(mine), shown(right), suffix=suffix)
    if isinstance(right, bool | int | float | str | None):
        if type(mine) is type(right) and (same(mine, right)):
            return None
        if isinstance(right, float) and type(mine) is int and same(float(mine), right):
            return None
        number = isinstance(mine, int | float) and isinstance(right, int | float)
        first, second = (repr(mine), repr(right)) if number else (shown(mine), shown(right))
        return Difference("value" if number else "type", first, second, suffix=suffix)
    return None


def _tensor(mine: Any, right: torch.Tensor, suffix: str, strict: bool) -> Difference | None:
    if not isinstance(mine, torch.Tensor):
        return Difference("type", shown(mine), shown(right), suffix=suffix)
    for name in ("shape", "dtype", "layout"):
        one, other = getattr(mine, name), getattr(right, name)
        if one != other:
            texts = (str(tuple(one)), str(tuple(other))) if name == "shape" else (str(one), str(other))
            return Difference(name, *texts, suffix=f"{suffix}.{name}")
    if mine.layout != torch.strided:
        return _tensor(mine.detach().to_dense(), right.detach().to_dense(), f"{suffix}.to_dense()", strict)
    if mine.is_complex():
        mine, right = torch.view_as_real(mine), torch.view_as_real(right)
    one, other = mine.detach(), right.detach()
    fine = right.dtype == torch.float64
    if one.is_floating_point():
        one, other = one.double(), other.double()
        rtol, atol = (1e-8, 1e-9) if fine else (2e-4, 1e-5)
        if strict:
            rtol, atol = rtol / 20, atol / 1000
        close = torch.isclose(one, other, rtol=rtol, atol=atol, equal_nan=True)
    else:
        close = one == other
    if bool(close.all()):
        if right.requires_grad and not mine.requires_grad:
            return Difference("detached", "False", "True", suffix=f"{suffix}.requires_grad")
        return None
    coarse = torch.isclose(one.double(), other.double(), rtol=1e-3, atol=1e-4, equal_nan=True)
    kind = "value" if not bool(coarse.all()) else "precision"
    is_nan = bool((one.double().isnan() & ~other.double().isnan()).any())
    kind = "NaN" if is_nan else kind
    if right.numel() <= _SHOWN and kind != "precision":
        return Difference(kind, shown(mine.detach()), shown(right.detach()), suffix=suffix)
    gap = torch.where(close, torch.zeros_like(other, dtype=torch.float64), (one.double() - other.double()).abs())
    gap = gap.nan_to_num(nan=float("inf"), posinf=float("inf"))
    at = tuple(int(n) for n in np.unravel_index(int(gap.argmax()), tuple(right.shape)))
    first, second = one[at].item(), other[at].item()
    digits = 6 if kind != "precision" else 12
    first_text, second_text = [
        f"{number:.{digits}g}" if isinstance(number, float) else str(number) for number in (first, second)
    ]
    index = f"[{', '.join(map(str, at))}].item()" if at else ".item()"
    return Difference(kind, first_text, second_text, suffix=f"{suffix}{index}")


def has_nan(outcome: Outcome) -> bool:
    """Whether a result holds a NaN."""
    return any(
        bool(leaf.isnan().any())
        for leaf in leaves(outcome.value)
        if isinstance(leaf, torch.Tensor) and leaf.layout == torch.strided and leaf.is_floating_point()
    )
