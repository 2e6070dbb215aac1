"""Runs in the jail and outside it: sends and receives frames, each a message with its binary data, over a socket.

A frame is `head length (4 bytes) | body length (8 bytes) | head | body`, little-endian.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence

from .wire import MAX_BODY, MAX_HEAD, Closed, TooLarge

_LENGTHS = struct.Struct("<IQ")
_CHUNK = 1 << 20


def send(
    sock: socket.socket, head: bytes, body: Sequence[bytes | memoryview] = (), deadline: float | None = None
) -> None:
    """Send one frame before `deadline` (time.monotonic seconds).

    Raises:
        TooLarge: the frame exceeds the limits.
        Closed: the other end has closed the connection.
        TimeoutError: the deadline passed.
    """
    size = sum(len(part) for part in body)
    if len(head) > MAX_HEAD or size > MAX_BODY:
        raise TooLarge(f"too large to send: {len(head)} and {size} bytes, at most {MAX_HEAD} and {MAX_BODY}")
    parts: Sequence[bytes | memoryview] = [_LENGTHS.pack(len(head), size), head, *body]
    if size < _CHUNK:
        parts = [b"".join(parts)]
    try:
        for part in parts:
            _limit(sock, deadline)
            sock.sendall(part)
    except TimeoutError:
        raise
    except OSError as error:
        raise Closed(str(error)) from None


def receive(sock: socket.socket, deadline: float | None = None) -> tuple[bytes, memoryview]:
    """Receive one frame, as head and body, before `deadline` (time.monotonic seconds).

    No bytes after the frame are read: an answer that is sent too early stays in the socket.

    Raises:
        TooLarge: the announced lengths exceed the limits.
        Closed: the other end has closed the connection.
        TimeoutError: the deadline passed.
    """
    head_size, body_size = _LENGTHS.unpack(_exactly(sock, _LENGTHS.size, deadline))
    if head_size > MAX_HEAD or body_size > MAX_BODY:
        raise TooLarge(f"a frame announces {head_size} and {body_size} bytes, at most {MAX_HEAD} and {MAX_BODY}")
    frame = memoryview(_exactly(sock, head_size + body_size, deadline))
    return bytes(frame[:head_size]), frame[head_size:]


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytearray:
    # Grows with the bytes that arrive, so that an announced length alone allocates nothing.
    data = bytearray()
    try:
        while len(data) < size:
            _limit(sock, deadline)
            part = sock.recv(min(size - len(data), _CHUNK))
            if not part:
                raise Closed("the other end closed the connection")
            data += part
    except TimeoutError:
        raise
    except OSError as error:
        raise Closed(str(error)) from None
    return data


def _limit(sock: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        if sock.gettimeout() is not None:  # setting it costs a system call
            sock.settimeout(None)
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)
