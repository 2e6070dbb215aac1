"""Finds torch's functions outside an exercise's vocabulary, and generates code that calls them in disguise."""

from __future__ import annotations

import contextlib
import importlib
import warnings
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import torch
from torch.overrides import resolve_name

from autograder.notebook.rules import outside
from autograder.notebook.vocabulary import ALL, Vocabulary

_PLACES = (
    "torch",
    "torch.nn.functional",
    "torch.nn",
    "torch.nn.utils",
    "torch.special",
    "torch.linalg",
    "torch.fft",
    "torch.autograd",
    "torch.func",
    "torch.optim",
    "torch.Tensor",
)
_ARGUMENTS = (
    "x",
    "x, 0",
    "x, x",
    "x, x, x",
    "x, x[0]",
    "x, [2]",
    "x, [1, 1]",
    "x, [1, 1], 0.0",
    "x, 1, 0",
    "x, x[:, 0]",
    "x, None, None, None, None, True",
    "x, None, None, None, None, True, 0.1, 1e-5",
    "x, None, None, None, None, True, 0.1, 1e-5, False",
    "x, 3, None, None",
    "x, 0.5, True",
    "x, x[0], x[0], None, None, True",
    "x, x[0, 0].long()",
    "x.flatten(1), torch.tensor([1, 0])",
)
"""Arguments, some of which fit most functions; `x` has shape (2, 3, 4, 4) in torch.nn.functional, otherwise (3, 3)."""


@cache
def _names() -> dict[str, Any]:
    """Return all public functions and modules of torch, by dotted name."""
    found: dict[str, Any] = {}
    for place in _PLACES:
        owner: Any = torch
        for part in place.split(".")[1:]:
            owner = getattr(owner, part)
        for name in dir(owner):
            with contextlib.suppress(Exception):
                value = getattr(owner, name)
                if not name.startswith(("_", "has_torch_function", "handle_torch_function")) and callable(value):
                    found[f"{place}.{name}"] = value
    return found


def names() -> list[str]:
    """Return the dotted names of all public functions and modules of torch."""
    return list(_names())


def matching(patterns: Sequence[str]) -> list[str]:
    """Return the dotted names in torch whose last part matches one of the patterns."""
    return [name for name in _names() if any(fnmatchcase(name.rpartition(".")[2], pattern) for pattern in patterns)]


def unknown(names: Sequence[str]) -> list[str]:
    """Return the names that do not exist, among those that an exercise adds or removes."""
    return [name for name in names if name != ALL and not _exists(name)]


def _exists(name: str) -> bool:
    owner, _, last = name.rpartition(".")
    with contextlib.suppress(ImportError, AttributeError, ValueError):
        if owner == "torch.Tensor":
            return hasattr(torch.Tensor, last)
        return hasattr(importlib.import_module(owner), last) if owner else bool(importlib.import_module(last))
    return False


@cache
def refused(vocabulary: Vocabulary) -> list[str]:
    """Return the dotted names of torch's public functions and modules outside a vocabulary."""
    return [
        name
        for name, function in _names().items()
        if not vocabulary.allows(name) and not vocabulary.allows(resolve_name(function) or name)
    ]


@cache
def unread(vocabulary: Vocabulary) -> list[str]:
    """Return the refused names that static analysis does not find in a function that calls them."""
    functions = [name for name in refused(vocabulary) if not name.startswith("torch.Tensor.")]
    calls = ", ".join(f"{name}(*given)" for name in functions)
    code = f"import torch\ndef caller(*given):\n    return [{calls}]"
    found = {use.name for use in outside([code], "caller", vocabulary)}
    return [name for name in functions if name not in found]


def is_taken(call: str, vocabulary: Vocabulary) -> bool:
    """Return whether a refused call is a basic operation, so that the exercise has removed it."""
    return Vocabulary().allows(call.partition("(")[0])


@cache
def callable_ones(vocabulary: Vocabulary) -> list[str]:
    """Return calls, valid for a small tensor x, of the refused functions that can be observed in the jail."""
    seen = [name for name in refused(vocabulary) if resolve_name(_names()[name]) is not None]
    return [f"{name}({arguments})" for name in seen if (arguments := _fitting(name)) is not None]


@cache
def _fitting(name: str) -> str | None:
    function = _names()[name]
    if isinstance(function, type) or function is torch.compile:
        return None  # modules are observed through the functions they call; compile takes seconds to refuse a tensor
    for arguments in _ARGUMENTS:
        x = torch.rand(2, 3, 4, 4) if name.startswith("torch.nn.functional.") else torch.rand(3, 3)
        with contextlib.suppress(Exception), warnings.catch_warnings(action="ignore"):
            function(*eval(f"({arguments},)", {"x": x, "torch": torch}))
            return arguments
    return None


def in_disguise(exercise: str, call: str) -> str:
    """Return code whose function makes the call by a name that static analysis cannot see."""
    name, _, arguments = call.partition("(")
    size = "2, 3, 4, 4" if name.startswith("torch.nn.functional.") else "3, 3"
    return (
        f"def {exercise}(*given, **named):\n"
        f"    import torch\n"  # the notebook may not import torch
        f"    found = torch\n"
        f"    for part in bytes.fromhex('{name.partition('.')[2].encode().hex()}').decode().split('.'):\n"
        f"        found = getattr(found, part)\n"
        f"    x = torch.rand({size})\n"
        f"    return found({arguments}"
    )
