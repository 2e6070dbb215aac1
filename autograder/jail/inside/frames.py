"""Runs in the jail and outside it: messages and their bulk over a socket.

A frame is `head length (4 bytes) | body length (8 bytes) | head | body`, little-endian.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence

from .wire import MAX_BODY, MAX_HEAD, Closed, WireError

_LENGTHS = struct.Struct("<IQ")
_CHUNK = 1 << 20
_USUAL = 1 << 16
"""Bytes that are asked for at first: most frames come in one piece."""


def send(
    sock: socket.socket, head: bytes, body: Sequence[bytes | memoryview] = (), deadline: float | None = None
) -> None:
    """Send one frame before `deadline` (time.monotonic seconds).

    Raises:
        WireError: the frame is over the bounds.
        Closed: the other end is gone.
        TimeoutError: the deadline passed.
    """
    size = sum(len(part) for part in body)
    if len(head) > MAX_HEAD or size > MAX_BODY:
        raise WireError(f"too large to send: {len(head)} and {size} bytes, at most {MAX_HEAD} and {MAX_BODY}")
    parts: Sequence[bytes | memoryview] = [_LENGTHS.pack(len(head), size), head, *body]
    if size < _CHUNK:
        parts = [b"".join(parts)]
    try:
        for part in parts:
            sock.settimeout(_left(deadline))
            sock.sendall(part)
    except TimeoutError:
        raise
    except OSError as error:
        raise Closed(str(error)) from None


def receive(sock: socket.socket, deadline: float | None = None) -> tuple[bytes, memoryview]:
    """Receive one frame, as head and body, before `deadline` (time.monotonic seconds).

    Each side waits for the other's answer before it sends more: what follows a frame at once is not of this protocol.

    Raises:
        WireError: the frame announces more than the bounds, or is longer than it announces.
        Closed: the other end is gone.
        TimeoutError: the deadline passed.
    """
    data = bytearray()
    size = _LENGTHS.size
    known = False
    try:
        while len(data) < size or not known:
            # Grows with what really arrives, so that an announced length alone costs the reader nothing.
            sock.settimeout(_left(deadline))
            part = sock.recv(min(max(size - len(data), _USUAL), _CHUNK))
            if not part:
                raise Closed("the other end closed the connection")
            data += part
            if not known and len(data) >= _LENGTHS.size:
                head_size, body_size = _LENGTHS.unpack_from(data)
                if head_size > MAX_HEAD or body_size > MAX_BODY:
                    raise WireError(
                        f"a frame announces {head_size} and {body_size} bytes, at most {MAX_HEAD} and {MAX_BODY}"
                    )
                size += head_size + body_size
                known = True
    except TimeoutError:
        raise
    except OSError as error:
        raise Closed(str(error)) from None
    if len(data) > size:
        raise WireError("more than one frame")
    frame = memoryview(data)
    begins = _LENGTHS.size + head_size
    return bytes(frame[_LENGTHS.size : begins]), frame[begins:]


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
