"""Runs in the jail and outside it: the messages between the jail's first process, the zygote, and its owner."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Setup(msgspec.Struct, frozen=True, tag=True):
    """The first message to the zygote: limits of the child, the syscall filter, modules to import besides torch.

    `functions` and `operations` are torch's names of the basic vocabulary. `handouts` are the names of the handouts in
    the student's folder: modules can be imported from there, and in a jail they are not removed between children.
    `cells` are numbers and sources of cells to compile before forking.
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
    cells: list[tuple[int, str]] = []


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The zygote has finished its imports; `torch` is the imported version."""

    torch: str


class Spawn(msgspec.Struct, frozen=True, tag=True):
    """Fork a child that serves the socket sent along."""


class Spawned(msgspec.Struct, frozen=True, tag=True):
    """The child is running."""

    pid: int


class Reap(msgspec.Struct, frozen=True, tag=True):
    """End every process but the zygote and empty the writable folders.

    A child that is exiting by itself gets `grace_seconds`, so that its exit status is always reported.
    """

    grace_seconds: float


class Ended(msgspec.Struct, frozen=True, tag=True):
    """How the child ended by itself; both are None if Reap ended it.

    `clean` is false if the writable folders could not be emptied: such a jail must not be used again.
    """

    exit_code: int | None
    signal: int | None
    clean: bool


ToZygote: TypeAlias = Setup | Spawn | Reap
FromZygote: TypeAlias = Ready | Spawned | Ended

encode = msgspec.msgpack.Encoder().encode
decode_to_zygote = msgspec.msgpack.Decoder(ToZygote).decode
decode_from_zygote = msgspec.msgpack.Decoder(FromZygote).decode
