"""Runs in the jail and outside it: the messages that cross the boundary, and how they are framed.

A frame is `head length (4 bytes) | body length (8 bytes) | head | body`, little-endian. The head is one message in
msgpack; the body holds the raw bytes of tensors, arrays and images, to which the head points by offset and size.
Keeping the bulk out of msgpack bounds what a small hostile head can make the reader allocate.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence as Seq
from typing import Literal, TypeAlias

import msgspec

MAX_HEAD = 4 << 20
"""Largest head, bytes."""
MAX_BODY = 256 << 20
"""Largest body, bytes."""

_LENGTHS = struct.Struct("<IQ")


class WireError(Exception):
    """What arrived is not a message of this protocol."""


class Closed(WireError):
    """The other end is gone."""


# --- values -------------------------------------------------------------------------------------------------------


class Node(msgspec.Struct, array_like=True, frozen=True):
    """A value that msgpack has no word for."""


class Blob(Node):
    """Bytes `[offset, offset + size)` of the frame's body."""

    offset: int
    size: int


class Tensor(Node, tag="tensor"):
    """A dense tensor: contiguous elements in the machine's byte order; `grad` is set on leaves that have one."""

    dtype: str
    shape: list[int]
    data: Blob
    requires_grad: bool
    grad: Tensor | None


class SparseTensor(Node, tag="sparse"):
    """A sparse COO tensor: `indices` of shape (sparse dims, entries) and `values` of shape (entries, …)."""

    indices: Tensor
    values: Tensor
    shape: list[int]
    coalesced: bool


class Array(Node, tag="array"):
    """A numpy array, or a numpy scalar."""

    dtype: str
    shape: list[int]
    data: Blob
    scalar: bool


class Image(Node, tag="image"):
    """A PIL image of `size` (width, height)."""

    mode: str
    size: list[int]
    data: Blob


class Bytes(Node, tag="bytes"):
    """A bytes object."""

    data: Blob


class Items(Node, tag="items"):
    """A list, tuple, set or frozenset."""

    kind: Literal["list", "tuple", "set", "frozenset"]
    items: list[Value]


class Mapping(Node, tag="mapping"):
    """A dict, in its order."""

    pairs: list[tuple[Value, Value]]


class Number(Node, tag="number"):
    """An integer beyond 64 bits (hexadecimal) or a complex number (`complex`'s own text)."""

    kind: Literal["int", "complex"]
    text: str


class Constant(Node, tag="constant"):
    """`torch.float32` and its like, a device, Ellipsis."""

    kind: Literal["dtype", "device", "ellipsis"]
    text: str


class Slice(Node, tag="slice"):
    """A slice object."""

    start: Value
    stop: Value
    step: Value


class RandomState(Node, tag="random"):
    """A CPU torch.Generator, by its state."""

    state: Blob


class Handle(Node, tag="handle"):
    """An object that stays in the jail: a function, a class, an instance, known by number.

    `types` are the qualified names of its class and of that class's bases (of the class itself, where it is one).
    """

    number: int
    kind: Literal["function", "class", "object"]
    name: str
    types: list[str]


Value: TypeAlias = (
    "None | bool | int | float | str | Tensor | SparseTensor | Array | Image | Bytes | Items | Mapping | Number"
    " | Constant | Slice | RandomState | Handle"
)

# --- what a cell showed -------------------------------------------------------------------------------------------


class Stream(Node, tag="stream"):
    """Text printed to stdout or stderr."""

    name: Literal["stdout", "stderr"]
    text: str


class Data(Node, tag="data"):
    """A displayed object, or the value of a cell's last expression, by MIME type."""

    kind: Literal["display_data", "execute_result"]
    data: dict[str, str]


class Error(Node, tag="error"):
    """An exception that ended a cell."""

    ename: str
    evalue: str
    traceback: list[str]


Output: TypeAlias = Stream | Data | Error

# --- requests to the student's process ----------------------------------------------------------------------------


class Request(msgspec.Struct, frozen=True, tag=True):
    """Something asked of the student's process; the answer repeats `token`, which cannot be guessed."""

    token: int


class Run(Request):
    """Run one code cell, for at most `seconds`; keep at most `output_bytes` of what it shows."""

    source: str
    number: int
    seconds: float
    output_bytes: int


class Keep(Request):
    """Remember every binding of the namespace as it is now, as what `exercise` is graded on."""

    exercise: str


class Begin(Request):
    """Begin a check: forget objects handed out, restore the exercise's bindings, seed, watch `forbidden`.

    `replaced` binds names of earlier exercises to torch's own functions, by their dotted names.
    """

    exercise: str
    seed: int
    forbidden: list[str]
    replaced: dict[str, str]


class Do(Request):
    """Do one thing with an object of the student's: `target` is a name of the namespace or a handle's number."""

    op: Literal["name", "call", "getattr", "setattr", "getitem", "setitem", "len", "list", "contains"]
    target: str | int
    args: list[Value]
    kwargs: dict[str, Value]
    grad_enabled: bool
    seconds: float


class Backward(Request):
    """Run backward through call `call`; `grads` belong to its differentiable results, in order."""

    call: int
    grads: list[Tensor | None]
    seconds: float


# --- answers ------------------------------------------------------------------------------------------------------


class Answer(msgspec.Struct, frozen=True, tag=True):
    """An answer from the student's process. Nothing in it is trusted."""

    token: int


class Done(Answer):
    """Done, with nothing to tell."""


class Ran(Answer):
    """A cell has run; `ended` says how."""

    outputs: list[Output]
    ended: Literal["ok", "raised", "timeout"]


class Returned(Answer):
    """A call returned. `changed` holds all arguments anew where the call changed one of them in place."""

    value: Value
    changed: list[Value] | None
    forbidden: list[str]


class Raised(Answer):
    """A call raised; `types` are the qualified names of the exception's class and its bases."""

    types: list[str]
    message: str
    cell: int | None
    line: int | None
    forbidden: list[str]


# --- between the jail's first process and its owner -----------------------------------------------------------------


class Setup(msgspec.Struct, frozen=True, tag=True):
    """What the zygote is told once: the child's limits and the compiled syscall filter."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    filter_bytes: bytes
    confined: bool


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The zygote is warm."""

    torch: str
    python: str


class Spawn(msgspec.Struct, frozen=True, tag=True):
    """Fork a child that serves the socket sent along."""


class Spawned(msgspec.Struct, frozen=True, tag=True):
    """The child runs."""

    pid: int


class Reap(msgspec.Struct, frozen=True, tag=True):
    """End every process but the zygote and empty the writable folders.

    A child that is ending by itself gets `patience` seconds, so that how it ended is told the same way every time.
    """

    patience: float


class Ended(msgspec.Struct, frozen=True, tag=True):
    """How the child ended by itself (None where Reap ended it), the peak memory of any child so far in bytes.

    `clean` is false where the writable folders could not be emptied: such a jail must not be used again.
    """

    exit_code: int | None
    signal: int | None
    peak_bytes: int
    clean: bool


ToStudent: TypeAlias = Run | Keep | Begin | Do | Backward
FromStudent: TypeAlias = Done | Ran | Returned | Raised
ToZygote: TypeAlias = Setup | Spawn | Reap
FromZygote: TypeAlias = Ready | Spawned | Ended

_encoder = msgspec.msgpack.Encoder()
encode = _encoder.encode
decode_to_student = msgspec.msgpack.Decoder(ToStudent).decode
decode_from_student = msgspec.msgpack.Decoder(FromStudent).decode
decode_to_zygote = msgspec.msgpack.Decoder(ToZygote).decode
decode_from_zygote = msgspec.msgpack.Decoder(FromZygote).decode

# --- frames -------------------------------------------------------------------------------------------------------


def send(sock: socket.socket, head: bytes, body: Seq[bytes | memoryview] = (), deadline: float | None = None) -> None:
    """Send one frame before `deadline` (time.monotonic seconds).

    Raises:
        WireError: the frame is over the bounds.
        Closed: the other end is gone.
        TimeoutError: the deadline passed.
    """
    size = sum(len(part) for part in body)
    if len(head) > MAX_HEAD or size > MAX_BODY:
        raise WireError(f"too large to send: {len(head)} and {size} bytes, at most {MAX_HEAD} and {MAX_BODY}")
    try:
        sock.settimeout(_left(deadline))
        sock.sendall(_LENGTHS.pack(len(head), size) + head)
        for part in body:
            sock.settimeout(_left(deadline))
            sock.sendall(part)
    except TimeoutError:
        raise
    except OSError as error:
        raise Closed(str(error)) from None


def receive(sock: socket.socket, deadline: float | None = None) -> tuple[bytes, memoryview]:
    """Receive one frame, as head and body, before `deadline` (time.monotonic seconds).

    Raises:
        WireError: the frame announces more than the bounds.
        Closed: the other end is gone.
        TimeoutError: the deadline passed.
    """
    head_size, body_size = _LENGTHS.unpack(_exactly(sock, _LENGTHS.size, deadline))
    if head_size > MAX_HEAD or body_size > MAX_BODY:
        raise WireError(f"a frame announces {head_size} and {body_size} bytes, at most {MAX_HEAD} and {MAX_BODY}")
    head = bytes(_exactly(sock, head_size, deadline))
    return head, memoryview(_exactly(sock, body_size, deadline))


_CHUNK = 1 << 20


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytearray:
    # Grows with what really arrives, so that an announced length alone costs the reader nothing.
    data = bytearray()
    try:
        while len(data) < size:
            sock.settimeout(_left(deadline))
            part = sock.recv(min(size - len(data), _CHUNK))
            if not part:
                raise Closed("the other end closed the connection")
            data += part
    except TimeoutError:
        raise
    except OSError as error:
        raise Closed(str(error)) from None
    return data


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
