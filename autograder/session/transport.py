"""Where a session's requests go: to a process of the student's in a jail, or to a namespace of this process."""

from __future__ import annotations

import random
import socket
from typing import Any, Protocol

import numpy as np
import torch

from autograder.jail.inside import frames, wire
from autograder.jail.inside.student import Student
from autograder.jail.jail import Jail


class Transport(Protocol):
    """Carries the requests of one session and their answers, as bytes."""

    @property
    def alive(self) -> bool:
        """Whether there is a process to ask."""

    def start(self) -> None:
        """Begin a new process.

        Raises:
            JailError: none can be had.
        """

    def exchange(self, head: bytes, body: list[Any], deadline: float) -> tuple[bytes, memoryview]:
        """The answer to one request, as its head and its body; `deadline` is of time.monotonic.

        Raises:
            TimeoutError: no answer in time.
            WireError: what comes is no answer; Closed where the process is gone.
        """

    def end(self, patience: float = 0) -> wire.Ended:
        """End the process and all that it left, after waiting `patience` seconds for it to end by itself.

        Raises:
            JailError: the jail went with it.
        """


class JailTransport:
    """To a process of the student's in a jail."""

    def __init__(self, jail: Jail) -> None:
        self._jail = jail
        self._sock: socket.socket | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a process to ask."""
        return self._sock is not None

    def start(self) -> None:
        """Fork a new process."""
        self._sock = self._jail.spawn()

    def exchange(self, head: bytes, body: list[Any], deadline: float) -> tuple[bytes, memoryview]:
        """Ask over the socket."""
        assert self._sock is not None
        frames.send(self._sock, head, body, deadline)
        return frames.receive(self._sock, deadline)

    def end(self, patience: float = 0) -> wire.Ended:
        """End the process and all that it left."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None
        return self._jail.reap(patience)


class LocalTransport:
    """To a namespace of this process: for code that staff wrote. Its random numbers are its own, as in a jail."""

    alive = True

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._student = Student(namespace)
        self._random = _random_states()

    def start(self) -> None:
        """There is nothing to begin."""

    def exchange(self, head: bytes, body: list[Any], deadline: float) -> tuple[bytes, memoryview]:
        """Answer at once, however long it takes."""
        outside = _random_states()
        _set_random_states(self._random)
        try:
            answer, blobs = self._student.answer(wire.decode_to_student(head), memoryview(b"".join(body)))
            return answer, memoryview(b"".join(blobs))
        finally:
            self._random = _random_states()
            _set_random_states(outside)

    def end(self, patience: float = 0) -> wire.Ended:
        """Nothing is left behind."""
        return wire.Ended(exit_code=0, signal=None, clean=True)


def _random_states() -> tuple[Any, Any, Any]:
    return torch.get_rng_state(), np.random.get_state(), random.getstate()


def _set_random_states(states: tuple[Any, Any, Any]) -> None:
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])
