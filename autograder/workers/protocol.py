"""What a worker is told by its owner, and what it answers. Without torch, which the owner does not need."""

from __future__ import annotations

import socket
from typing import TypeAlias

import msgspec

from autograder.jail.inside import frames
from autograder.jail.jail import Walls
from autograder.model.limits import Bounds
from autograder.model.verdict import Found


class Work(msgspec.Struct, frozen=True, tag=True):
    """What a worker is told first: the course's folder, the problem sets with their bounds, the jail's walls."""

    root: str
    bounds: dict[str, Bounds]
    walls: Walls


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The checks are collected and the jail is warm."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The worker cannot go on; `text` says why, for staff."""

    text: str


FromWorker: TypeAlias = Ready | Failed | Found

encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)
decode = _decoder.decode


def receive(sock: socket.socket, deadline: float | None = None) -> FromWorker:
    """What a worker sent, until `deadline` (of time.monotonic)."""
    _, body = frames.receive(sock, deadline)
    return decode(body)
