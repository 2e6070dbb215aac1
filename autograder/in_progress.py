"""What is being done at the same time, and for how long: shown beside a progress bar when something takes long."""

from __future__ import annotations

import time
from collections.abc import Callable

SLOW = 5.0
"""Seconds after which what is in progress is named."""


class InProgress:
    """What was begun and has not ended, in the order in which it was begun.

    Args:
        at_once: how much is done at a time; what was begun beyond that waits, and its time does not run.
        now: returns the time in seconds.
    """

    def __init__(self, at_once: int = 1, now: Callable[[], float] = time.monotonic) -> None:
        self.at_once = at_once
        self._now = now
        self._waiting: list[str] = []
        self._since: dict[str, float] = {}

    def begins(self, what: str) -> None:
        """Add something that is to be done."""
        self._waiting.append(what)
        self._start()

    def ends(self, what: str) -> None:
        """Remove something that is done."""
        self._since.pop(what, None)
        if what in self._waiting:
            self._waiting.remove(what)
        self._start()

    def _start(self) -> None:
        while self._waiting and len(self._since) < self.at_once:
            self._since[self._waiting.pop(0)] = self._now()

    def slowest(self) -> tuple[str, int] | None:
        """Return what has been in progress for longest, with its seconds; None if nothing has been for `SLOW` s."""
        some = list(self._since.items())  # another thread may ask
        what, since = min(some, key=lambda item: item[1], default=("", self._now()))
        seconds = self._now() - since
        return (what, int(seconds)) if seconds >= SLOW else None
