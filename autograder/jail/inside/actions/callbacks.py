"""Runs in the jail: functions of a check that student code was given, which are called outside."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from .. import wire


class Owner(Protocol):
    """Sends a call out of the jail and returns its result; implemented by the student's process."""

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return the result of the check's function with this number."""


class Callback:
    """A function of a check; `handle` is what the check sent for it."""

    def __init__(self, owner: Owner, handle: wire.Handle) -> None:
        self._owner = owner
        self.handle = handle
        self.__name__ = handle.name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the function's result, or raise its exception."""
        return self._owner.call_back(self.handle.number, args, kwargs)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay the end of the time limit until a message has been exchanged: half of one could not be read."""
    signals = {signal.SIGPROF, signal.SIGALRM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
