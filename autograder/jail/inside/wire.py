"""Runs in the jail and outside it: the messages between the two.

A frame (`frames`) has a head and a body. The head is one message in msgpack; the body holds the raw bytes of tensors,
arrays and images, to which the head refers by offset and size. Since large data is not in msgpack, a small hostile head
cannot make the reader allocate much memory.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

HIDDEN = "(hidden) "
"""Prefix, in a list of function names, of a message that calls were hidden; how it was detected follows."""
MAX_HEAD = 4 << 20
"""Maximum size of a head, in bytes."""
MAX_BODY = 256 << 20
"""Maximum size of a body, in bytes."""


MAX_SOURCE = 2 << 20
"""Maximum size of a code cell, in bytes."""
MAX_SHOWN = 3 << 20
"""Maximum size of a cell's outputs, in bytes; the whole message fits into a head."""
PATIENCE = 5
"""The factor from the limit of processor time of a cell or call to its limit of real time: machines are shared."""


CellEnd: TypeAlias = Literal["ok", "raised", "TimeLimit", "WaitLimit"]
"""How a cell ended; the last two are the limits of processor time and of real time."""


class WireError(Exception):
    """A received message does not follow this protocol, or a value cannot be sent."""


class TooLarge(WireError):
    """A message exceeds the size limits; it is not sent, or not received."""


class Closed(WireError):
    """The other end has closed the connection."""


# --- values -------------------------------------------------------------------------------------------------------


class Node(msgspec.Struct, array_like=True, frozen=True):
    """A value that msgpack has no type for."""


class Blob(Node, frozen=True):
    """Bytes `[offset, offset + size)` of the frame's body."""

    offset: int
    size: int


class Tensor(Node, frozen=True, tag="tensor"):
    """A dense tensor, with elements in the machine's byte order; `grad` is set on leaves that have one.

    Without `strides` (in elements, not negative) the elements are contiguous; with them `data` is the memory from the
    first element to the last.
    """

    dtype: str
    shape: list[int]
    data: Blob
    requires_grad: bool
    grad: Tensor | None
    strides: list[int] | None = None


class SparseTensor(Node, frozen=True, tag="sparse"):
    """A sparse COO tensor: `indices` of shape (sparse dims, entries) and `values` of shape (entries, …)."""

    indices: Tensor
    values: Tensor
    shape: list[int]
    coalesced: bool


class Array(Node, frozen=True, tag="array"):
    """A numpy array, or a numpy scalar; its elements are contiguous."""

    dtype: str
    shape: list[int]
    data: Blob
    scalar: bool
    writable: bool = True


class View(Node, frozen=True, tag="view"):
    """A tensor or array in memory that it may share with other values of the frame, which refer to the same blob.

    `strides`, and the offset `start` of the first element, are in bytes.
    """

    kind: Literal["tensor", "array"]
    dtype: str
    shape: list[int]
    strides: list[int]
    start: int
    memory: Blob
    writable: bool = True


class Image(Node, frozen=True, tag="image"):
    """A PIL image of `size` (width, height)."""

    mode: str
    size: list[int]
    data: Blob


class Bytes(Node, frozen=True, tag="bytes"):
    """A bytes object."""

    data: Blob


class Items(Node, frozen=True, tag="items"):
    """A list, tuple, set or frozenset."""

    kind: Literal["list", "tuple", "set", "frozenset"]
    items: list[Value]


class Mapping(Node, frozen=True, tag="mapping"):
    """A dict, in its order."""

    pairs: list[tuple[Value, Value]]


class Number(Node, frozen=True, tag="number"):
    """An integer beyond 64 bits (hexadecimal), a complex number (its `repr`), or a value of `values.exact`."""

    kind: Literal["int", "complex", "decimal", "fraction", "date", "datetime", "time", "timedelta"]
    text: str


class Constant(Node, frozen=True, tag="constant"):
    """A dtype such as `torch.float32`, a device, or Ellipsis."""

    kind: Literal["dtype", "device", "ellipsis"]
    text: str


class Slice(Node, frozen=True, tag="slice"):
    """A slice object."""

    start: Value
    stop: Value
    step: Value


class Table(Node, frozen=True, tag="table"):
    """A DataFrame, Series, Index or scalar of pandas, as its parts (see `values.tables`)."""

    parts: Items


class Record(Node, frozen=True, tag="record"):
    """An instance of a dataclass, by the name of its class and its fields (see `values.records`)."""

    name: str
    fields: list[tuple[str, Value]]


class Coded(Node, frozen=True, tag="coded"):
    """An instance of a class of the course, as the plain data that the course's function makes of it."""

    name: str
    plain: Value


class RandomState(Node, frozen=True, tag="random"):
    """A CPU torch.Generator, as its state."""

    state: Blob


class Handle(Node, frozen=True, tag="handle"):
    """An object that stays in the jail, identified by a number: a function, a class or an instance.

    With the kind `check` it is a function of the check that stays outside, given to student code. `types` are the
    qualified names of its class and of that class's bases; for a class, its own and its bases'.
    """

    number: int
    kind: Literal["function", "class", "object", "check"]
    name: str
    types: list[str]


Value: TypeAlias = (
    "bool | int | float | str | Tensor | SparseTensor | Array | View | Image | Bytes | Items | Mapping | Number"
    " | Constant | Slice | Table | Record | Coded | RandomState | Handle | None"
)

# --- outputs of a cell --------------------------------------------------------------------------------------------


class Stream(Node, frozen=True, tag="stream"):
    """Text printed to stdout or stderr."""

    name: Literal["stdout", "stderr"]
    text: str


class Data(Node, frozen=True, tag="data"):
    """A displayed object, or the value of a cell's last expression, by MIME type."""

    kind: Literal["display_data", "execute_result"]
    data: dict[str, str]


class Error(Node, frozen=True, tag="error"):
    """An exception that ended a cell."""

    ename: str
    evalue: str
    traceback: list[str]


Output: TypeAlias = Stream | Data | Error

# --- requests to the student's process ----------------------------------------------------------------------------


class Request(msgspec.Struct, frozen=True, tag=True):
    """A request to the student's process; the answer repeats `token`, which cannot be guessed."""

    token: int


class Run(Request, frozen=True):
    """Run one code cell, for at most `seconds`; keep at most `output_bytes` of its outputs.

    Before running it, store the current bindings of the namespace as the ones on which the exercises in `graded` are
    graded; for those in `at_cell`, with copies of the data.
    """

    source: str
    number: int
    seconds: float
    output_bytes: int
    graded: list[str] = []
    at_cell: list[str] = []


class Held(Node, frozen=True):
    """The vocabulary that calls are checked against, as its differences from the basic one.

    Within the exercises in `others`, and in the packages and modules in `trusted`, anything may be called.
    """

    added: list[str]
    taken: list[str]
    others: list[str]
    trusted: list[str] = []


class Codec(Node, frozen=True):
    """A class of a module that students get, whose instances are sent by value.

    `to_plain` and `from_plain` are names of functions in its module; without them the fields of a dataclass are sent.
    """

    module: str
    name: str
    to_plain: str = ""
    from_plain: str = ""


class Begin(Node, frozen=True):
    """Begin a check: drop the handles given out, restore the exercise's bindings, seed, and set the vocabulary.

    `replaced` binds names of earlier exercises to torch's own functions, given by dotted name. The object bound to the
    exercise's name gets the handle number 0. `changed` is the source of one of the student's definitions with a small
    change, which replaces it in this check. With `at_cell` the exercise is a cell of tests, and its name binds nothing.
    """

    exercise: str
    seed: int
    held_to: Held | None
    replaced: dict[str, str]
    changed: str = ""
    at_cell: bool = False
    codecs: list[Codec] = []


class Do(Request, frozen=True):
    """Perform one operation on an object of the student's: `target` is a name in the namespace or a handle's number.

    The first request of a check has its `begin`. With `leaves`, arguments that require a gradient are leaves of the
    graph, which cannot be changed in place; otherwise they are results of an operation, which can.
    """

    begin: Begin | None
    op: Literal[
        "name",
        "bind",
        "unbind",
        "call",
        "getattr",
        "setattr",
        "getitem",
        "setitem",
        "delitem",
        "len",
        "list",
        "contains",
        "operate",
        "fields",
        "printed",
    ]
    target: str | int
    args: list[Value]
    kwargs: dict[str, Value]
    grad_enabled: bool
    seconds: float
    leaves: bool = False


class Backward(Request, frozen=True):
    """Run backward through call `call`; `grads` are for its differentiable results, in order."""

    call: int
    grads: list[Tensor | None]
    seconds: float


class CalledBack(Request, frozen=True):
    """The result of a call of one of the check's functions; or its exception, by the name of its built-in class."""

    value: Value
    raised: str = ""
    message: str = ""


# --- answers ------------------------------------------------------------------------------------------------------


class Answer(msgspec.Struct, frozen=True, tag=True):
    """An answer from the student's process. Nothing in it is trusted."""

    token: int


class Ran(Answer, frozen=True):
    """A cell has run; `ended` says how it ended.

    `bound` has a handle for the name of each exercise in `Run.graded` that is bound to a function or class, which gets
    number 0 in every check.
    """

    outputs: list[Output]
    ended: CellEnd
    bound: dict[str, Handle] = {}


class Returned(Answer, frozen=True):
    """A call returned. If it changed one of the arguments in place, `changed` holds all arguments again."""

    value: Value
    changed: list[Value] | None
    forbidden: list[str]


class Raised(Answer, frozen=True):
    """A call raised; `types` are the qualified names of the exception's class and its bases."""

    types: list[str]
    message: str
    cell: int | None
    line: int | None
    forbidden: list[str]


class CallBack(Answer, frozen=True):
    """Student code calls function `number` of the check, before the request with this token is answered."""

    number: int
    args: list[Value]
    kwargs: dict[str, Value]


ToStudent: TypeAlias = Run | Do | Backward | CalledBack
FromStudent: TypeAlias = Ran | Returned | Raised | CallBack

_encoder = msgspec.msgpack.Encoder()
encode = _encoder.encode
decode_to_student = msgspec.msgpack.Decoder(ToStudent).decode
decode_from_student = msgspec.msgpack.Decoder(FromStudent).decode
