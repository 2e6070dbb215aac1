"""Transports of a session's requests: to the student's process in a jail, or to a namespace of this process."""

from __future__ import annotations

import random
import socket
from typing import Any, Protocol

import numpy as np
import torch

from autograder.jail.inside import frames, wire, zygote_wire
from autograder.jail.inside.student import Student
from autograder.jail.jail import Jail


class Transport(Protocol):
    """Carries the requests and replies of one session, as bytes."""

    @property
    def alive(self) -> bool:
        """Return whether there is a process to send requests to."""

    def start(self) -> None:
        """Start a new process.

        Raises:
            JailError: none can be started.
        """

    def exchange(self, head: bytes, body: list[Any], deadline: float) -> tuple[bytes, memoryview]:
        """Send one request and return the head and body of its reply; `deadline` is a time of time.monotonic.

        Raises:
            TimeoutError: no reply arrived in time.
            WireError: the reply is invalid; Closed if the process has ended.
        """

    def end(self, patience: float = 0) -> zygote_wire.Ended:
        """End the process and clean up after it, after waiting `patience` seconds for it to end by itself.

        Raises:
            JailError: the jail has ended too.
        """


class JailTransport:
    """Sends requests to the student's process in a jail."""

    def __init__(self, jail: Jail) -> None:
        self._jail = jail
        self._sock: socket.socket | None = None

    @property
    def alive(self) -> bool:
        """Return whether there is a process to send requests to."""
        return self._sock is not None

    def start(self) -> None:
        """Fork a new process."""
        self._sock = self._jail.spawn()

    def exchange(self, head: bytes, body: list[Any], deadline: float) -> tuple[bytes, memoryview]:
        """Send the request over the socket and return its reply."""
        assert self._sock is not None
        frames.send(self._sock, head, body, deadline)
        return frames.receive(self._sock, deadline)

    def end(self, patience: float = 0) -> zygote_wire.Ended:
        """End the process and clean up after it."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None
        return self._jail.reap(patience)


class LocalTransport:
    """Sends requests to a namespace of this process, for code that staff wrote.

    Its random number generators are separate from this process's, as in a jail.
    """

    alive = True

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._student = Student(namespace)
        self._random = _random_states()

    def start(self) -> None:
        """Do nothing, since there is no process."""

    def exchange(self, head: bytes, body: list[Any], deadline: float) -> tuple[bytes, memoryview]:
        """Answer the request in this process, without a time limit."""
        outside = _random_states()
        _set_random_states(self._random)
        try:
            answer, blobs = self._student.answer(wire.decode_to_student(head), memoryview(b"".join(body)))
            return answer, memoryview(b"".join(blobs))
        finally:
            self._random = _random_states()
            _set_random_states(outside)

    def end(self, patience: float = 0) -> zygote_wire.Ended:
        """Return a clean end, since there is no process."""
        return zygote_wire.Ended(exit_code=0, signal=None, clean=True)


def _random_states() -> tuple[Any, Any, Any]:
    return torch.get_rng_state(), np.random.get_state(), random.getstate()


def _set_random_states(states: tuple[Any, Any, Any]) -> None:
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])
