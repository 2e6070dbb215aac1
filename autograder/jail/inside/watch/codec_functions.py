"""Runs in the jail: checks whether the functions that packing and unpacking call are still the libraries' own."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import torch
from PIL import Image

_of_torch = operator.attrgetter(
    *("Tensor", "Generator", "frombuffer", "from_numpy", "empty", "enable_grad"),
    *("sparse_coo_tensor", "view_as_real", "device"),
)
_of_numpy = operator.attrgetter("ndarray", "generic", "dtype", "asarray", "frombuffer", "empty")
_is = operator.is_


class CodecFunctions:
    """The functions of torch, NumPy and PIL that packing and unpacking use; created before student code runs."""

    def __init__(self) -> None:
        self._before = _current()
        self._unchanged: bool | None = None

    def student_code_runs(self) -> None:
        """Note that student code runs, which may replace some of the functions."""
        self._unchanged = None

    def are_unchanged(self) -> bool:
        """Return whether all functions are the original ones; compared once after each run of student code."""
        if self._unchanged is None:
            current = _current()
            self._unchanged = len(current) == len(self._before) and all(map(_is, current, self._before))
        return self._unchanged


def _current() -> list[Any]:
    return [*_of_torch(torch), *_of_numpy(np), Image.Image, Image.frombytes, *vars(torch.Tensor).values()]
