"""Runs in the jail: copies a notebook's data, so that the tests of one cell see it as it was there."""

from __future__ import annotations

import copy
import types
from collections.abc import Mapping
from typing import Any

MAX_BYTES = 64 << 20
"""A larger array, tensor or table is not copied; tests see what later cells have written to it."""

_NEVER_COPIED = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)


def snapshot(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bindings of a namespace with copies of their data; values that cannot be copied are shared.

    Values that share an object still share its copy. Functions and classes are not copied.
    """
    copied: dict[int, Any] = {}
    found = {}
    for name, value in namespace.items():
        found[name] = value
        if isinstance(value, _NEVER_COPIED) or name.startswith("_") or _size(value) > MAX_BYTES:
            continue
        try:
            found[name] = copy.deepcopy(value, copied)
        except Exception:  # a generator, an open file, or whatever an object of the student raises
            continue
    return found


def _size(value: Any) -> int:
    size = getattr(value, "nbytes", 0)
    if type(value).__module__.partition(".")[0] == "pandas":
        size = getattr(getattr(value, "values", None), "nbytes", 0)
    return size if isinstance(size, int) else 0
