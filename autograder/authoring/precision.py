"""Results that are right but for float32 somewhere on the way: noted, not failed, where the grader asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

RTOL, ATOL = 2e-5, 1e-5
"""How near a float64 result must be to pass as one that was computed in float32 in between, relative and absolute."""

_notes: ContextVar[list[str] | None] = ContextVar("imprecise results", default=None)


@contextmanager
def imprecision_noted() -> Iterator[list[str]]:
    """In the block, results as exact as float32 pass where float64 is asked for; yields what was noted of them."""
    notes: list[str] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def is_tolerated(sentence: str) -> bool:
    """Whether a result that is as exact as float32 passes; `sentence` says how it differs."""
    notes = _notes.get()
    if notes is None:
        return False
    notes.append(sentence)
    return True
