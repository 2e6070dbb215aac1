"""Runs in the jail and outside it: which values travel, and how large they may be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .. import wire

MAX_DEPTH = 64
"""How deep containers may nest."""
MAX_DIMENSIONS = 64
"""torch's own bound on the dimensions of a tensor."""
MAX_UNPACKED = 2 * wire.MAX_BODY
"""How much the values of one frame may take, written out, bytes: they may lie over each other in its body."""
MAX_STRETCH = 8
"""How many times as much memory as its elements take a tensor or array may lie in to be sent as it is laid out …"""
MAX_GAPS = 1 << 20
"""… beyond so many bytes; one that lies in more becomes contiguous."""
MAX_SAME_HASH = 16
"""How many keys of a container may have one hash: numbers can be chosen so that a dict of them takes hours to make."""

_WHOLE_BYTES = re.compile(r"torch\.(bool|bfloat16|u?int(8|16|32|64)|float(16|32|64|8_\w+)|complex(32|64|128))")
DTYPES: dict[str, torch.dtype] = {
    str(value): value
    for value in vars(torch).values()
    if isinstance(value, torch.dtype) and _WHOLE_BYTES.fullmatch(str(value))
}
"""Every dtype that has elements of whole bytes, by its name."""
NAMES = {dtype: name for name, dtype in DTYPES.items()}
SCALARS = frozenset({type(None), bool, int, float, str})
NUMPY_SCALARS = frozenset(kind for kind in np.sctypeDict.values() if isinstance(kind, type) and kind is not np.object_)

NUMPY_DTYPE = re.compile(
    r"[<>|=]?(b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[SU]\d{1,7}|[mM]8(\[([1-9]\d{0,2})?[A-Za-z]{1,2}\])?)", re.ASCII
)
IMAGE_MODES = frozenset({"1", "L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"})
CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
