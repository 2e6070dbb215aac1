"""Tolerates float64 results that were computed in float32: within a block they are recorded instead of failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

RTOL, ATOL = 2e-5, 1e-5
"""Relative and absolute tolerance of a float64 result that was computed in float32."""

_notes: ContextVar[list[str] | None] = ContextVar("imprecise results", default=None)


@contextmanager
def imprecision_noted() -> Iterator[list[str]]:
    """Accept results with float32's precision as float64 in this block; yield the list of the sentences about them."""
    notes: list[str] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def is_tolerated(sentence: str) -> bool:
    """Record `sentence` about a result with float32's precision, and return whether such results are accepted."""
    notes = _notes.get()
    if notes is None:
        return False
    notes.append(sentence)
    return True
