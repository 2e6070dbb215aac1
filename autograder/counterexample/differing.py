"""Compares the outcomes of a program for an answer and for the solution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image

from autograder.authoring.showing import shown
from autograder.diagnosis.traces import same
from autograder.language import gettext

from .program import Program, leaves, mapped
from .running import Outcome, is_a

_MAX_SHOWN = 16
"""The largest tensor that is shown in full, in numbers."""


@dataclass(frozen=True)
class Difference:
    """How two outcomes differ.

    `kind` must not change while a program is reduced. `of` says what differs: the `result`, an `argument` after the
    call, or an argument's `gradient`; `place` is the index of that argument. `suffix` is the index or attribute that
    differs.
    """

    kind: str
    mine: str
    right: str
    of: str = "result"
    place: int = 0
    suffix: str = ""


def difference(program: Program, mine: Outcome, right: Outcome, strict: bool = False) -> Difference | None:
    """Return the first difference; None if there is none, or if the solution's outcome cannot be shown."""
    if right.failed:
        return None
    if mine.failed:
        return Difference("failed", mine.sentence, _text_of(right)) if mine.by_code else None
    if mine.raised == "NotImplementedError":
        return None
    if mine.raised or right.raised:
        if mine.raised and right.raised and is_a(mine.raised, right.raised):
            return None
        if right.raised and right.step != len(program.steps) - 1:
            return None
        # without the text of the solution's exception
        should = _raises(right.raised.rpartition(".")[2]) if right.raised else _text_of(right)
        return Difference(f"raises {mine.raised}|{right.raised}", _text_of(mine), should)
    found = _compare(mine.value, right.value, "", strict)
    if found:
        return found
    given = [*program.last.args, *program.last.kwargs.values()]
    for place, item in enumerate(given if program.last.op == "call" else []):
        left = mine.after[place] if mine.after else item
        should = right.after[place] if right.after else item
        holds = any(isinstance(leaf, torch.Tensor | np.ndarray) for leaf in leaves(item))
        if holds and (found := _compare(mapped(left, _data), mapped(should, _data), "")):
            return Difference(f"in place {place}", found.mine, found.right, "argument", place, found.suffix)
    for place, (one, other) in enumerate(zip(mine.grads, right.grads, strict=False)):
        if one is None and other is not None:
            if bool(other.any()):
                return Difference(f"grad {place}", "None", shown(other), "gradient", place)
        elif other is not None and (found := _compare(one, other, "")):
            return Difference(f"grad {place}", found.mine, found.right, "gradient", place, found.suffix)
    return None


def _data(value: Any) -> Any:
    return value.detach() if isinstance(value, torch.Tensor) else value


def _text_of(outcome: Outcome) -> str:
    if not outcome.raised:
        return shown(outcome.value)
    return _raises(outcome.what if 0 < len(outcome.what) <= 200 else outcome.raised.rpartition(".")[2])


def _raises(what: str) -> str:
    return gettext("raises {error}", error=what)


def _compare(mine: Any, right: Any, suffix: str, strict: bool = False) -> Difference | None:
    if hasattr(right, "_handle"):
        return None
    if isinstance(right, list | tuple):
        if not isinstance(mine, list | tuple) or len(mine) != len(right):
            return Difference("container", shown(mine), shown(right), suffix=suffix)
        for place, (one, other) in enumerate(zip(mine, right, strict=True)):
            if found := _compare(one, other, f"{suffix}[{place}]", strict):
                return found
        return None
    if isinstance(right, dict):
        if not isinstance(mine, dict) or mine.keys() != right.keys():
            return Difference("container", shown(mine), shown(right), suffix=suffix)
        for key in right:
            if found := _compare(mine[key], right[key], f"{suffix}[{key!r}]", strict):
                return found
        return None
    if isinstance(right, torch.Tensor):
        return _tensor(mine, right, suffix, strict)
    if isinstance(right, Image.Image):
        if isinstance(mine, Image.Image) and (mine.mode, mine.size) == (right.mode, right.size):
            return _compare(np.asarray(mine), np.asarray(right), suffix, strict)
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
    if right.numel() <= _MAX_SHOWN and kind != "precision":
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
    """Return whether a result contains NaN."""
    return any(
        bool(leaf.isnan().any())
        for leaf in leaves(outcome.value)
        if isinstance(leaf, torch.Tensor) and leaf.layout == torch.strided and leaf.is_floating_point()
    )
