"""Runs in the jail and outside it: which types of values are sent, and their size limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .. import wire

MAX_DEPTH = 64
"""The maximum nesting depth of containers."""
MAX_DIMENSIONS = 64
"""torch's own limit on the dimensions of a tensor."""
MAX_UNPACKED = 2 * wire.MAX_BODY
"""The maximum size of the unpacked values of one frame, in bytes; in its body, they may overlap."""
MAX_STRETCH = 8
"""A tensor or array keeps its layout if it spans at most this many times the memory of its elements …"""
MAX_GAPS = 1 << 20
"""… plus this many bytes; otherwise it is sent as contiguous."""
MAX_SAME_HASH = 16
"""The maximum number of keys in a container with equal hashes: a dict of chosen numbers can take hours to create."""

_WHOLE_BYTES = re.compile(r"torch\.(bool|bfloat16|u?int(8|16|32|64)|float(16|32|64|8_\w+)|complex(32|64|128))")
DTYPES: dict[str, torch.dtype] = {
    str(value): value
    for value in vars(torch).values()
    if isinstance(value, torch.dtype) and _WHOLE_BYTES.fullmatch(str(value))
}
"""Every dtype whose elements are whole bytes, by its name."""
NAMES = {dtype: name for name, dtype in DTYPES.items()}
SCALARS = frozenset({type(None), bool, int, float, str})
NUMPY_SCALARS = frozenset(kind for kind in np.sctypeDict.values() if isinstance(kind, type) and kind is not np.object_)

NUMPY_DTYPE = re.compile(
    r"[<>|=]?(b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[SU]\d{1,7}|[mM]8(\[([1-9]\d{0,2})?[A-Za-z]{1,2}\])?)", re.ASCII
)
IMAGE_MODES = frozenset({"1", "L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"})
CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
