"""A vocabulary in the form that the watch in the jail needs: torch's own names of what may be called."""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass
from functools import cache

import torch
from torch.overrides import get_overridable_functions, resolve_name

from autograder.jail.inside.watch.function_names import plain_name
from autograder.notebook import vocabulary
from autograder.notebook.vocabulary import Vocabulary

_PLACES = (torch, torch.nn, torch.nn.functional, torch.nn.init, torch.linalg, torch.special)

AUTOGRAD = "autograd::engine"
"""The name, in `Changes.taken`, for computing gradients by autograd during a call."""


@dataclass(frozen=True)
class Changes:
    """The functions and operations that an exercise's vocabulary adds to the basic one or removes from it."""

    added: tuple[str, ...]
    taken: tuple[str, ...]


@cache
def functions() -> tuple[str, ...]:
    """Return the names of all torch functions that a watch can see, including modules and functional forms."""
    with warnings.catch_warnings(action="ignore"):
        known = [resolve_name(item) for items in get_overridable_functions().values() for item in items]
        for place in _PLACES:
            known += [f"{place.__name__}.{name}" for name in dir(place) if callable(getattr(place, name, None))]
        known += [f"torch.Tensor.{name}" for name in dir(torch.Tensor)]
    known += [f"{place.__name__}.{name}" for place in (torch.autograd, torch.func) for name in place.__all__]
    return tuple(dict.fromkeys(plain_name(name) for name in known if name))


@cache
def operations() -> tuple[str, ...]:
    """Return the names of all operations of torch's dispatcher, without their overloads: `aten::softmax`."""
    with contextlib.suppress(AttributeError):
        names = torch._C._dispatch_get_all_op_names()
        return tuple(sorted({name.partition(".")[0] for name in names if name.startswith("aten::")}))
    return ()


@cache
def basic() -> tuple[list[str], list[str]]:
    """Return the basic vocabulary: the names of functions, and those of operations."""
    known = Vocabulary()
    return (
        [name for name in functions() if allows_function(known, name)],
        [name for name in operations() if known.allows_operation(name)],
    )


@cache
def changes(also: tuple[str, ...], without: tuple[str, ...]) -> Changes:
    """Return the changes to the basic vocabulary by an exercise's `also` and `without`."""
    mine = vocabulary.of(also, without)
    names, inner = (frozenset(found) for found in basic())
    now = {name for name in (*functions(), *also) if allows_function(mine, name)}
    inner_now = {name for name in operations() if mine.allows_operation(name)}
    taken = sorted([*names - now, *inner - inner_now])
    if not mine.allows("torch.autograd.grad"):
        taken.append(AUTOGRAD)
    return Changes(tuple(sorted([*now - names, *inner_now - inner])), tuple(taken))


def allows_function(known: Vocabulary, name: str) -> bool:
    """Return whether a function may be called, by torch's name; private tensor attributes may be read."""
    return name.startswith("torch.Tensor._") or known.allows(name)
