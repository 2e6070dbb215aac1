"""Runs in the jail and outside it: the messages that cross the boundary.

A frame (`frames`) has a head and a body. The head is one message in msgpack; the body holds the raw bytes of tensors,
arrays and images, to which the head points by offset and size. Keeping the bulk out of msgpack bounds what a small
hostile head can make the reader allocate.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

HIDDEN = "(hidden) "
"""Begins what stands in place of a function's name where something hides calls; by which sign follows."""
MAX_HEAD = 4 << 20
"""Largest head, bytes."""
MAX_BODY = 256 << 20
"""Largest body, bytes."""


MAX_SOURCE = 2 << 20
"""Largest code cell, bytes."""
MAX_SHOWN = 3 << 20
"""Most that one cell may show, bytes: with its frame it fits into a head."""
PATIENCE = 5
"""How many times its limit of processor time a cell or call may take by the clock on the wall: machines are shared."""


CellEnd: TypeAlias = Literal["ok", "raised", "TimeLimit", "WaitLimit"]
"""How a cell ended: the last two are the limits of processor time and of the clock."""


class WireError(Exception):
    """What arrived is not a message of this protocol."""


class TooLarge(WireError):
    """A message over the bounds: it is not sent, or not received."""


class Closed(WireError):
    """The other end is gone."""


# --- values -------------------------------------------------------------------------------------------------------


class Node(msgspec.Struct, array_like=True, frozen=True):
    """A value that msgpack has no word for."""


class Blob(Node, frozen=True):
    """Bytes `[offset, offset + size)` of the frame's body."""

    offset: int
    size: int


class Tensor(Node, frozen=True, tag="tensor"):
    """A dense tensor: its elements in the machine's byte order; `grad` is set on leaves that have one.

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
    """A tensor or array over memory that another value of the frame may lie in as well: both name the same blob.

    `strides` and `start`, where its first element is, are in bytes.
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
    """An integer beyond 64 bits (hexadecimal), a complex number (`complex`'s own text), or what `values.exact` has."""

    kind: Literal["int", "complex", "decimal", "fraction", "date", "datetime", "time", "timedelta"]
    text: str


class Constant(Node, frozen=True, tag="constant"):
    """`torch.float32` and its like, a device, Ellipsis."""

    kind: Literal["dtype", "device", "ellipsis"]
    text: str


class Slice(Node, frozen=True, tag="slice"):
    """A slice object."""

    start: Value
    stop: Value
    step: Value


class Table(Node, frozen=True, tag="table"):
    """A DataFrame, Series, Index or scalar of pandas, by its parts: `values.tables` takes them apart and together."""

    parts: Items


class RandomState(Node, frozen=True, tag="random"):
    """A CPU torch.Generator, by its state."""

    state: Blob


class Handle(Node, frozen=True, tag="handle"):
    """An object that stays in the jail: a function, a class, an instance, known by number.

    `types` are the qualified names of its class and of that class's bases (of the class itself, where it is one).
    """

    number: int
    kind: Literal["function", "class", "object"]
    name: str
    types: list[str]


Value: TypeAlias = (
    "bool | int | float | str | Tensor | SparseTensor | Array | View | Image | Bytes | Items | Mapping | Number"
    " | Constant | Slice | Table | RandomState | Handle | None"
)

# --- what a cell showed -------------------------------------------------------------------------------------------


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
    """Something asked of the student's process; the answer repeats `token`, which cannot be guessed."""

    token: int


class Run(Request, frozen=True):
    """Run one code cell, for at most `seconds`; keep at most `output_bytes` of what it shows.

    Before, remember every binding of the namespace as it is, as what the exercises in `graded` are graded on.
    """

    source: str
    number: int
    seconds: float
    output_bytes: int
    graded: list[str] = []


class Held(Node, frozen=True):
    """The vocabulary that calls are held to: what it has beside the basic one, and what it has not.

    Inside of the exercises in `others` all may be called, and in the packages and modules in `trusted`.
    """

    added: list[str]
    taken: list[str]
    others: list[str]
    trusted: list[str] = []


class Begin(Node, frozen=True):
    """Begin a check: forget objects handed out, restore the exercise's bindings, seed, hold calls to a vocabulary.

    `replaced` binds names of earlier exercises to torch's own functions, by their dotted names. What the exercise's
    name is bound to is the first object handed out: its number is 0. `changed` is the code of a definition of the
    student's with a small change, which stands in for it in this check.
    """

    exercise: str
    seed: int
    held_to: Held | None
    replaced: dict[str, str]
    changed: str = ""


class Do(Request, frozen=True):
    """Do one thing with an object of the student's: `target` is a name of the namespace or a handle's number.

    The first thing that a check asks for comes with its beginning. With `leaves`, arguments that require a gradient are
    leaves of the graph, which cannot be changed in place; else they are the results of an operation, which can.
    """

    begin: Begin | None
    op: Literal["name", "call", "getattr", "setattr", "getitem", "setitem", "len", "list", "contains"]
    target: str | int
    args: list[Value]
    kwargs: dict[str, Value]
    grad_enabled: bool
    seconds: float
    leaves: bool = False


class Backward(Request, frozen=True):
    """Run backward through call `call`; `grads` belong to its differentiable results, in order."""

    call: int
    grads: list[Tensor | None]
    seconds: float


# --- answers ------------------------------------------------------------------------------------------------------


class Answer(msgspec.Struct, frozen=True, tag=True):
    """An answer from the student's process. Nothing in it is trusted."""

    token: int


class Ran(Answer, frozen=True):
    """A cell has run; `ended` says how.

    `bound` has the function or class that the name of each exercise in `Run.graded` is bound to, where it is one: what
    will be its number 0 in every check.
    """

    outputs: list[Output]
    ended: CellEnd
    bound: dict[str, Handle] = {}


class Returned(Answer, frozen=True):
    """A call returned. `changed` holds all arguments anew where the call changed one of them in place."""

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


# --- between the jail's first process and its owner -----------------------------------------------------------------


class Setup(msgspec.Struct, frozen=True, tag=True):
    """What the zygote is told once: the child's limits, the compiled syscall filter, modules to import beside torch.

    `functions` and `operations` are the names in torch of the basic vocabulary. `handouts` are the
    names of what lies in the student's folder: modules are imported from there, and where there is a jail they stay.
    """

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    filter_bytes: bytes
    confined: bool
    imports: list[str]
    functions: list[str]
    operations: list[str]
    handouts: list[str] = []


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The zygote is warm; `torch` is the version that it imported."""

    torch: str


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
    """How the child ended by itself (None where Reap ended it).

    `clean` is false where the writable folders could not be emptied: such a jail must not be used again.
    """

    exit_code: int | None
    signal: int | None
    clean: bool


ToStudent: TypeAlias = Run | Do | Backward
FromStudent: TypeAlias = Ran | Returned | Raised
ToZygote: TypeAlias = Setup | Spawn | Reap
FromZygote: TypeAlias = Ready | Spawned | Ended

_encoder = msgspec.msgpack.Encoder()
encode = _encoder.encode
decode_to_student = msgspec.msgpack.Decoder(ToStudent).decode
decode_from_student = msgspec.msgpack.Decoder(FromStudent).decode
decode_to_zygote = msgspec.msgpack.Decoder(ToZygote).decode
decode_from_zygote = msgspec.msgpack.Decoder(FromZygote).decode
