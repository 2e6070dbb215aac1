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

from . import frames, limits, memory_layout, wire, zygote_wire

_LAZY = ("torch.fx.experimental.symbolic_shapes", "torch.utils.serialization", "unittest.mock")
"""Modules that torch imports on the first backward pass (0.3 s) and the first save."""

_GC_THRESHOLD = (10_000, 10, 10)
"""With Python's default of 700 young objects, collections took a tenth of a child's time."""
_COLLAPSE_AFTER = 10
"""The number of children after which huge pages are worth the half second that they cost."""
HOME = "/home/student"
WRITABLE = (HOME, "/tmp", "/dev/shm")
"""The folders that a child may write to; they are emptied after each child."""


def main(descriptor: int) -> None:
    """Serve the owner on the socket `descriptor` until it closes."""
    sock = socket.socket(fileno=descriptor)
    limits.hide()
    limits.defaults()
    gc.disable()  # imports create no garbage

    import torch  # before the first message, which its sender needs torch for as well

    from .ipython_private import prepare
    from .shell import Shell
    from .student import Student, seed_everything, serve
    from .warm_up import warm_up
    from .watch.call_watch import learn
    from .watch.guard import guard

    torch.set_num_threads(1)
    seed_everything(0)
    torch.nn.functional.softmax(
        torch.ones(2, 2) @ torch.ones(2, 2), -1
    )  # loads the kernels' pages; no backward pass here
    for name in _LAZY:
        importlib.import_module(name)
    setup = zygote_wire.decode_to_zygote(frames.receive(sock)[0])
    if not isinstance(setup, zygote_wire.Setup):
        raise wire.WireError("the first message must be Setup")
    for name in setup.imports:
        importlib.import_module(name)
    learn(setup.functions, setup.operations)
    shell = Shell.instance()
    warm_up(shell)
    prepare(shell, setup.cells)
    student = Student(shell.user_ns, shell)
    guard(student.watch)
    give_up = limits.of(setup)
    _hide_own_modules()
    if setup.handouts:
        sys.path.append(str(Path.cwd()))  # last, so that no file of a student's replaces a library
    nothing = os.open(os.devnull, os.O_RDWR)
    gc.freeze()
    gc.enable()
    gc.set_threshold(*_GC_THRESHOLD)
    frames.send(sock, zygote_wire.encode(zygote_wire.Ready(torch.version.__version__)))

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
            request = zygote_wire.decode_to_zygote(frames.receive(sock)[0])
        except wire.Closed:
            return
        if isinstance(request, zygote_wire.Spawn):
            children += 1
            if children == _COLLAPSE_AFTER:
                memory_layout.collapse()
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    sock.close()
                    os.dup2(nothing, 2)  # student code must not write to the owner's error file
                    os.close(nothing)
                    give_up()
                    shell.take_streams()
                    serve(socket.socket(fileno=descriptors[0]), student)
                    code = 0
                finally:
                    os._exit(code)
            os.close(descriptors[0])
            frames.send(sock, zygote_wire.encode(zygote_wire.Spawned(child)))
        elif isinstance(request, zygote_wire.Reap):
            frames.send(sock, zygote_wire.encode(_reap(child, setup.confined, request.grace_seconds, mounted)))
            child = None


def _hide_own_modules() -> None:
    """Remove our modules from sys.modules and sys.path, so that student code cannot import and change them."""
    package = __name__.partition(".")[0]
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    sys.path.remove(str(Path(__file__).parent.parent))


def _reap(child: int | None, confined: bool, grace_seconds: float, mounted: frozenset[str]) -> zygote_wire.Ended:
    """Kill all remaining processes, wait for them, and empty the folders except for `mounted` paths.

    Outside a PID namespace (`confined` false), only the child is killed: -1 would mean all processes of the user.
    """
    code = sig = None
    if child is not None:
        ends = time.monotonic() + grace_seconds
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
    return zygote_wire.Ended(code, sig, clean)


def _empty(folder: str, mounted: frozenset[str] = frozenset()) -> bool:
    """Remove the contents of `folder`; a child may have nested it deeply or removed its own permissions."""

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
