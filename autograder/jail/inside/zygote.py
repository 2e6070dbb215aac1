"""Runs in the jail, as its first process: imports torch and IPython once, then forks a child for each submission."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from . import frames, limits, memory_layout, wire

_LAZY = ("torch.fx.experimental.symbolic_shapes", "torch.utils.serialization", "unittest.mock")
"""What torch imports on the first backward pass (0.3 s) and the first save."""

_GC_THRESHOLD = (10_000, 10, 10)
"""Python's own 700 young objects are there again after a few lines of a cell are read: a tenth of a child's time."""
_COLLAPSE_AFTER = 10
"""Children after which huge pages are worth their half second."""
HOME = "/home/student"
WRITABLE = (HOME, "/tmp", "/dev/shm")
"""The folders that a child may write; emptied after each."""


def main(descriptor: int) -> None:
    """Serve the owner on the socket `descriptor` until it closes."""
    sock = socket.socket(fileno=descriptor)
    setup = wire.decode_to_zygote(frames.receive(sock)[0])
    if not isinstance(setup, wire.Setup):
        raise wire.WireError("the first message sets the jail up")
    limits.hide()
    limits.defaults()
    gc.disable()  # nothing that imports make is garbage

    import torch

    from .shell import Shell
    from .student import Student, seed_everything, serve
    from .warm_up import warm_up
    from .watch.call_watch import learn

    torch.set_num_threads(1)
    seed_everything(0)
    torch.nn.functional.softmax(torch.ones(2, 2) @ torch.ones(2, 2), -1)  # pages in the kernels; no backward pass here
    for name in (*_LAZY, *setup.imports):
        importlib.import_module(name)
    learn(setup.functions, setup.operations)
    shell = Shell.instance()
    warm_up(shell)
    student = Student(shell.user_ns, shell)
    give_up = limits.of(setup)
    _leave_nothing_of_ours_at_hand()
    if setup.handouts:
        sys.path.append(str(Path.cwd()))  # last: nothing that a student writes there takes a library's place
    nothing = os.open(os.devnull, os.O_RDWR)
    gc.freeze()
    gc.enable()
    gc.set_threshold(*_GC_THRESHOLD)
    frames.send(sock, wire.encode(wire.Ready(torch.version.__version__)))

    child: int | None = None
    children = 0
    memory_layout.fill_holes()
    mounted = frozenset(f"{HOME}/{name}" for name in setup.handouts)
    _reap(child, setup.confined, 0, mounted)
    while True:
        try:
            lengths, descriptors, _, _ = socket.recv_fds(sock, 1, 1)
            if not lengths:
                return
            request = wire.decode_to_zygote(frames.receive(sock)[0])
        except wire.Closed:
            return
        if isinstance(request, wire.Spawn):
            children += 1
            if children == _COLLAPSE_AFTER:
                memory_layout.collapse()
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    sock.close()
                    os.dup2(nothing, 2)  # the owner's error file is not for the student's code to write to
                    os.close(nothing)
                    give_up()
                    shell.take_streams()
                    serve(socket.socket(fileno=descriptors[0]), student)
                    code = 0
                finally:
                    os._exit(code)
            os.close(descriptors[0])
            frames.send(sock, wire.encode(wire.Spawned(child)))
        elif isinstance(request, wire.Reap):
            frames.send(sock, wire.encode(_reap(child, setup.confined, request.patience, mounted)))
            child = None


def _leave_nothing_of_ours_at_hand() -> None:
    """Let student code not import, and so change, the code that serves it."""
    package = __name__.partition(".")[0]
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    sys.path.remove(str(Path(__file__).parent.parent))


def _reap(child: int | None, confined: bool, patience: float, mounted: frozenset[str]) -> wire.Ended:
    """Kill all that is left, wait for it, and empty the folders but for what is `mounted` there.

    Outside a PID namespace of its own (`confined` false) only the child is killed: -1 would be all of the user's.
    """
    code = sig = None
    if child is not None:
        ends = time.monotonic() + patience
        done, status = os.waitpid(child, os.WNOHANG)
        while not done and time.monotonic() < ends:
            time.sleep(0.002)
            done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
            sig = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1 if confined else child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
    clean = not confined or all([_empty(folder, mounted) for folder in WRITABLE])  # noqa: C419  (empties all in any case)
    return wire.Ended(code, sig, clean)


def _empty(folder: str, mounted: frozenset[str] = frozenset()) -> bool:
    """Remove what `folder` holds; a child may have nested it deeply or taken its own permissions away."""

    def unlock(remove: Callable[[str], object], path: str, _: object) -> None:
        entry = Path(path)
        entry.parent.chmod(0o700)
        if entry.is_symlink() or not entry.is_dir():
            remove(path)
        else:
            entry.chmod(0o700)
            shutil.rmtree(path)

    try:
        for entry in os.scandir(folder):
            if entry.path in mounted:
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, onerror=unlock)
            else:
                Path(entry.path).unlink()
    except (OSError, RecursionError):
        return False
    return True
