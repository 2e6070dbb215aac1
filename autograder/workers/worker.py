"""The worker process: one warm jail, and one pytest session that grades with it.

Imports nothing large at module level, so that the jail warms up on another core while this process imports torch.
"""

from __future__ import annotations

import contextlib
import gc
import socket
import sys
from pathlib import Path

import msgspec

from autograder.course import handouts
from autograder.errors import AutograderError
from autograder.jail.inside import frames, wire
from autograder.jail.jail import Jail

from .jail_preparation import cells_of, imports_of
from .protocol import Failed, Work, encode


def main(descriptor: int) -> None:
    """Serve the pool on the socket `descriptor`."""
    sock = socket.socket(fileno=descriptor)
    work = msgspec.msgpack.decode(frames.receive(sock)[0], type=Work)
    root = Path(work.root)
    try:
        given = handouts.for_jail(root, work.limits)
        jail = Jail(work.sandbox_limits, imports_of(root, work.limits), given, cells_of(root, work.limits))
    except AutograderError as error:
        frames.send(sock, b"", [encode(Failed(str(error)))])
        return
    with contextlib.suppress(AutograderError):  # it is started again when needed, which then reports the error
        jail.launch()
    gc.disable()  # imports create no garbage, so collecting during them only costs time
    try:
        from . import worker_plugin

        worker_plugin.run(sock, work, jail)
    finally:
        jail.close()


if __name__ == "__main__":
    with contextlib.suppress(wire.Closed):  # the run has ended, so there is nobody to report to
        main(int(sys.argv[1]))
