"""Messages between a worker and its supervisor. Does not import torch, which the supervisor does not need."""

from __future__ import annotations

import socket
from typing import TypeAlias

import msgspec

from autograder.jail.inside import frames
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.verdict import SubmissionResult


class Work(msgspec.Struct, frozen=True, tag=True):
    """The first message to a worker: the course's folder, the problem sets with their limits, the jail's limits."""

    root: str
    limits: dict[str, SessionLimits]
    sandbox_limits: SandboxLimits


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The worker's first reply: the checks are collected and the jail is warm."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The worker failed, or could not grade this submission; `text` is the reason, for staff.

    `trace` is the traceback of an unexpected error.
    """

    text: str
    trace: str = ""


FromWorker: TypeAlias = Ready | Failed | SubmissionResult

encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)
decode = _decoder.decode


def receive(sock: socket.socket, deadline: float | None = None) -> FromWorker:
    """Receive a worker's message; `deadline` is a time of time.monotonic."""
    _, body = frames.receive(sock, deadline)
    return decode(body)
