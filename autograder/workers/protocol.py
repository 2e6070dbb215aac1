"""The messages between a worker and its supervisor. Imports no torch, which the supervisor does not need."""

from __future__ import annotations

import socket
from typing import TypeAlias

import msgspec

from autograder.jail.inside import frames
from autograder.jail.jail import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.verdict import SubmissionResult


class Work(msgspec.Struct, frozen=True, tag=True):
    """A worker's first message: the course's folder, the problem sets with their limits, the jail's limits."""

    root: str
    limits: dict[str, SessionLimits]
    sandbox_limits: SandboxLimits


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The checks are collected and the jail is warm."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The worker cannot go on, or not with this submission; `text` says why, for staff.

    `trace` is the traceback of an error that nobody expected.
    """

    text: str
    trace: str = ""


FromWorker: TypeAlias = Ready | Failed | SubmissionResult

encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)
decode = _decoder.decode


def receive(sock: socket.socket, deadline: float | None = None) -> FromWorker:
    """What a worker sent, until `deadline` (of time.monotonic)."""
    _, body = frames.receive(sock, deadline)
    return decode(body)
