"""Runs in the jail: the public names of library functions that are written in Python, from their frames."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch

_TORCH = str(Path(torch.__file__).parent) + "/"
_FUNCTIONAL = _TORCH + "nn/functional.py"
_MODULES = _TORCH + "nn/modules/"
_HOLDING = tuple(_MODULES + name for name in ("module.py", "container.py", "utils.py", "lazy.py", "_functions.py"))
_CLOSED = tuple(
    _TORCH + name
    for name in (
        "nn/utils/",
        "optim/",
        "distributions/",
        "signal/",
        "_refs/",
        "_decomp/",
        "_lowrank.py",
        "_numpy/",
        "masked/",
    )
)
"""Parts of torch that compute in Python with basic operations only."""
_CLOSED_PACKAGES = ("scipy", "sklearn")

FREE: set[str] = set()
"""Files that were seen and belong to none of these libraries."""


def name_of(frame: Any) -> str:
    """Return the dotted name of the function or module that `frame` runs, if it is torch's, SciPy's or scikit-learn's.

    Otherwise return "", and add its file to `FREE` if it belongs to none of these libraries.
    """
    file = frame.f_code.co_filename
    if file == _FUNCTIONAL:
        return _functional(frame)
    if file.startswith(_MODULES) and file not in _HOLDING:
        return _module(frame)
    inside = str(frame.f_globals.get("__name__", ""))
    if file.startswith(_CLOSED) or inside.partition(".")[0] in _CLOSED_PACKAGES:
        name, caller = frame.f_code.co_name, frame.f_back
        inner = caller is not None and is_torch(caller)
        return "" if inner or name.startswith("<") or _is_importing(frame) else _public(frame, inside)
    FREE.add(file)
    return ""


def _public(frame: Any, module: str) -> str:
    """Return the public name of a function: torch.nn.utils.clip_grad_norm_, defined in torch.nn.utils.clip_grad."""
    name = _wrapped(frame) or frame.f_code.co_name
    package = module.rpartition(".")[0]
    exported = vars(sys.modules[package]).get(name) if package in sys.modules else None
    return f"{package if getattr(exported, '__code__', None) is frame.f_code else module}.{name}"


def _wrapped(frame: Any) -> str:
    """Return the name of the function that `frame` wraps, as torch's decorators do; "" if it wraps none."""
    held = frame.f_locals.get("func") if "func" in frame.f_code.co_freevars else None
    return str(getattr(held, "__name__", ""))


def is_torch(frame: Any) -> bool:
    """Return whether `frame` runs torch's own code."""
    return bool(frame.f_code.co_filename.startswith(_TORCH))


def _functional(frame: Any) -> str:
    name = frame.f_code.co_name
    caller = frame.f_back
    inner = caller is not None and is_torch(caller)
    return "" if inner or name.startswith(("_", "<")) or name in ("fn", "wrapper") else f"torch.nn.functional.{name}"


def _module(frame: Any) -> str:
    """Return the name of the torch.nn class whose method runs; "" if there is none."""
    owner = frame.f_locals.get("self")
    if owner is None:
        return ""
    inside = frame.f_globals.get("__name__")
    made_by = next((kind.__name__ for kind in type(owner).__mro__ if kind.__module__ == inside), "")
    return f"torch.nn.{made_by}" if made_by and not made_by.startswith("_") else ""


def _is_importing(frame: Any) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False
