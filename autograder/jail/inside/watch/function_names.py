"""Runs in the jail: the names by which students know torch's functions and operations."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch.overrides import resolve_name

_NAMES: dict[Any, str] = {}
"""A cache of the names of functions: torch takes as long to find one as for a small matrix product."""
_ENDS = re.compile(r"\.__(get|set|delete)__$")


def plain_name(name: str) -> str:
    """Return an attribute's name for its getter and setter: torch.Tensor.data for torch.Tensor.data.__set__."""
    return _ENDS.sub("", name)


def last_name(name: str) -> str:
    """Return the part after the last dot."""
    return name.rpartition(".")[2]


def of_operation(operation: str) -> str:
    """Return the name by which students know an operation, if there is one; otherwise its name in torch.ops."""
    base = operation.partition("::")[2].strip("_")
    return f"torch.{base}" if hasattr(torch, base) else f"torch.ops.{operation.replace('::', '.')}"


def name_of(func: Any) -> str:
    """Return a function's dotted name."""
    try:
        return _NAMES[func]
    except KeyError:
        return _NAMES.setdefault(func, _named(func))
    except TypeError:  # not hashable
        return _named(func)


def _named(func: Any) -> str:
    if isinstance(func, torch._ops.OpOverload):
        return "torch.ops." + str(func.overloadpacket._qualified_op_name).replace("::", ".")
    if isinstance(func, torch._ops.OpOverloadPacket):
        return "torch.ops." + str(func._qualified_op_name).replace("::", ".")
    try:
        return plain_name(
            resolve_name(func) or (f"{func.__module__}.{func.__qualname__}" if func.__module__ else func.__name__)
        )
    except Exception:
        return str(getattr(func, "__name__", "?"))
