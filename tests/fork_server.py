"""Starts `python -m autograder…` and `python -m nbgrader` by a fork of a process that has imported what they import.

The tests start some hundred of these, and importing torch and nbgrader takes each of them seconds. A small process stands
between the test and the forked one: it passes file descriptors and signals on, ends as the forked one ends, and takes
it along when it is killed. What is run, its arguments, environment, folder and output are the same; what the tests of
crashes, of clusters and of the start-up itself look at is started as on any machine (`COLD` in plugin.py).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import sys
from collections.abc import Callable

PRELOADED = (
    *("autograder.workers.worker_plugin", "autograder.grade", "autograder.grading.collection", "typer", "rich.console"),
    *("autograder.release.proofs.rehearsal", "autograder.release.proofs.mutants", "autograder.student.child"),
    *("nbgrader.apps", "nbgrader.exchange", "nbgrader.converters", "matplotlib.figure"),
)
RUN = ("autograder.", "nbgrader")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
AT_START = ("PYTHON", "LC_", "LANG", "OMP_", "LD_")
"""Prefixes of variables that Python or a library reads when it starts."""
EQUAL_ALL_THE_SAME = ("PYTHONHASHSEED", "PYTHONUTF8", "LANGUAGE", "OMP_NUM_THREADS")


def forked_when_possible(popen: type, started: Callable[[], str], running: dict[str, bool]) -> type:
    """Return a subclass of subprocess.Popen that starts what it can through the server, whose address `started` returns."""

    usual = _at_start(os.environ)

    class Popen(popen):  # type: ignore[misc, valid-type]
        def __init__(self, args, *more, **options):  # type: ignore[no-untyped-def]
            if running["warm"] and not more and _can_fork(args, options, usual):
                kept = ",".join(map(str, options.get("pass_fds", ())))
                args = [sys.executable, "-I", "-S", __file__, started(), kept, *args[2:]]
            super().__init__(args, *more, **options)

    return Popen


def _can_fork(args: object, options: dict[str, object], usual: dict[str, str]) -> bool:
    if not (isinstance(args, list) and args[:2] == [sys.executable, "-m"] and str(args[2]).startswith(RUN)):
        return False
    if options.get("preexec_fn") or options.get("user") is not None or options.get("shell"):
        return False
    return _at_start(options.get("env") or os.environ) == usual


def _at_start(environment: object) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()  # type: ignore[attr-defined]
        if name.startswith(AT_START) and name not in EQUAL_ALL_THE_SAME
    }


def run(address: str, kept: list[int], words: list[str]) -> None:
    """Have `words` run by the server, and end as that ends: the small process between the two."""
    server = socket.socket(socket.AF_UNIX)
    server.connect(address)
    numbers = [number for number in (0, 1, 2) if _is_open(number)] + kept
    mask = os.umask(0)
    os.umask(mask)
    request = {"words": words, "environment": dict(os.environ), "folder": os.getcwd(), "mask": mask, "numbers": numbers}
    data = json.dumps(request).encode("utf-8", "surrogateescape")
    socket.send_fds(server, [len(data).to_bytes(4, "big")], numbers)
    server.sendall(data)
    for number in kept:
        os.close(number)
    answers = server.makefile("rb")
    child = int(answers.readline())

    def pass_on(number: int, _frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    for number in SIGNALS:
        signal.signal(number, pass_on)
    code = int(answers.readline() or -signal.SIGKILL)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    os._exit(code)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def serve(address: str) -> None:
    """Import what is needed, then fork for each request, until the process that started this one ends."""
    import gc
    import importlib
    import selectors

    sys.path[0] = os.getcwd()  # as python -m has it; this file's own folder has another autograder/
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    gc.disable()
    for module in PRELOADED:
        importlib.import_module(module)
    gc.freeze()
    gc.enable()
    doors = selectors.DefaultSelector()
    doors.register(listener, selectors.EVENT_READ, "request")
    doors.register(0, selectors.EVENT_READ, "end")
    children: dict[int, tuple[socket.socket, int]] = {}

    def leave(child: int) -> None:
        client, descriptor = children.pop(child)
        for one in (client, descriptor):
            with contextlib.suppress(KeyError):
                doors.unregister(one)
        client.close()
        os.close(descriptor)

    while True:
        for key, _ in doors.select():
            kind, child = key.data if isinstance(key.data, tuple) else (key.data, 0)
            if kind == "end":
                for one in children:
                    _kill(one)
                return
            if kind == "request":
                client, _ = listener.accept()
                child = _forked(client)
                if child:
                    descriptor = os.pidfd_open(child)
                    children[child] = client, descriptor
                    doors.register(descriptor, selectors.EVENT_READ, ("ended", child))
                    doors.register(client, selectors.EVENT_READ, ("left", child))
            elif kind == "left" and child in children:  # the process between was killed
                _kill(child)
                doors.unregister(children[child][0])
            elif kind == "ended" and child in children:
                _, status = os.waitpid(child, 0)
                with contextlib.suppress(OSError):
                    children[child][0].sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
                leave(child)


def _kill(child: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(child, signal.SIGKILL)


def _forked(client: socket.socket) -> int:
    """Fork for a request; return the child's number, or 0 if nobody asks any more."""
    try:
        head, received, _, _ = socket.recv_fds(client, 4, 64)
        size, data = int.from_bytes(head, "big"), b""
        while len(data) < size:
            if not (part := client.recv(size - len(data))):
                raise ConnectionError
            data += part
    except OSError:
        client.close()
        return 0
    request = json.loads(data.decode("utf-8", "surrogateescape"))
    child = os.fork()
    if not child:
        code = 1
        try:
            code = _run_forked(request, received)
        except BaseException as error:
            os.write(2, f"{__file__}: {error!r}\n".encode())
        finally:
            os._exit(code)
    for number in received:
        os.close(number)
    with contextlib.suppress(OSError):
        client.sendall(f"{child}\n".encode())
    return child


def _run_forked(request: dict, received: list[int]) -> int:  # type: ignore[type-arg]
    """Run the module in this process as `python -m` does; return its exit code."""
    import atexit
    import fcntl
    import runpy
    import threading
    import traceback

    import numpy

    high = [fcntl.fcntl(number, fcntl.F_DUPFD, 512) for number in received]
    os.closerange(0, 512)
    for number in range(3):
        if number not in request["numbers"]:
            os.open(os.devnull, os.O_RDWR)
    for source, number in zip(high, request["numbers"], strict=True):
        os.dup2(source, number)
        os.close(source)
    os.setsid()
    os.umask(request["mask"])
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    numpy.random.seed()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _stream(1, "strict", line_buffering=os.isatty(1))
    sys.stderr = _stream(2, "backslashreplace", line_buffering=True)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    module, *sys.argv[1:] = request["words"]
    sys.orig_argv[1:] = ["-m", *request["words"]]
    sys.path[0] = request["folder"]
    sys.modules.pop(module, None)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, int):
            code = end.code
        elif end.code is not None:
            print(end.code, file=sys.stderr)
            code = 1
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    return code & 255


def _stream(number: int, errors: str, *, line_buffering: bool) -> io.TextIOWrapper:
    raw = open(number, "wb", closefd=False)  # noqa: SIM115
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    return io.TextIOWrapper(raw, "utf-8", errors, line_buffering=line_buffering, write_through=at_once)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        serve(sys.argv[1])
    else:
        run(sys.argv[1], [int(number) for number in sys.argv[2].split(",") if number], sys.argv[3:])
