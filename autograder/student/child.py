"""Runs a student's notebook in a process of its own, as the grader does, so that it cannot affect the parent.

The cells are read from stdin, and the result of each is written to stdout, one line of JSON each. There is no jail:
it is the student's own code on the student's own machine.
"""

from __future__ import annotations

import _thread
import ast
import codeop
import io
import os
import random
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec

from autograder.notebook import vocabulary
from autograder.notebook.magics import without_magics

ROOM = 4000
"""The number of characters that are kept of a cell's output, and of an error's message."""
_CELL_NAME = re.compile(r"<ipython-input-(\d+)-")


class Task(msgspec.Struct, frozen=True):
    """One cell to run. If it is `watched`, calls outside the vocabulary are recorded.

    Calls by the cell itself are not, nor those by the cells in `excused`: exercises that this one may call.
    """

    number: int
    source: str
    watched: bool = False
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    excused: tuple[int, ...] = ()


class Work(msgspec.Struct, frozen=True):
    """The cells to run, in order, and the seconds that each may take."""

    tasks: list[Task]
    seconds: float


class Ran(msgspec.Struct, frozen=True):
    """The result of one cell. `frames` are the cells and lines that led to the error, the outermost first."""

    number: int
    ended: str
    """"ok", "raised" or "timeout"; from the parent also "lost" and "not run"."""
    error: str = ""
    text: str = ""
    frames: list[tuple[int, int]] = []
    unwritten: bool = False
    """Whether the error is a NotImplementedError."""
    missing: str = ""
    """The name that a NameError reports as missing."""
    seconds: float = 0.0
    """Processor time, which is what the grader limits."""
    called: list[str] = []
    output: str = ""


class Note(msgspec.Struct, frozen=True):
    """A message of the child: it is ready (`begins` is 0), it begins a cell, a cell has ended, or it cannot start."""

    begins: int | None = None
    ran: Ran | None = None
    broken: str = ""


class TimeLimit(BaseException):
    """Raised when a cell's time is over. What it defined before is kept, as in grading."""


def main() -> None:
    """Run the cells that are read from stdin."""
    channel = os.fdopen(os.dup(1), "wb")
    work = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    sys.stdin = io.StringIO()
    try:
        run = _runner()
    except Exception as error:
        _send(channel, Note(broken=f"{type(error).__name__}: {_text(error)}"))
        return
    _send(channel, Note(begins=0))
    for task in work.tasks:
        _send(channel, Note(begins=task.number))
        _send(channel, Note(ran=run(task, work.seconds)))
    channel.close()
    os._exit(0)  # ends without waiting for the student's threads and exit handlers


def _send(channel: IO[bytes], note: Note) -> None:
    channel.write(msgspec.json.encode(note) + b"\n")
    channel.flush()


def _runner() -> Any:
    """Import slow modules, before any time limit starts, and return the function that runs one cell."""
    import numpy as np
    import torch
    from torch.overrides import TorchFunctionMode, resolve_name
    from traitlets.config import Config

    from autograder.jail.inside.no_shell import NoShellHere

    places = [place or str(Path.cwd()) for place in [str(Path.cwd()), *sys.path]]
    torch_folder = str(Path(torch.__file__).parent) + os.sep

    class ForbiddenCalls(TorchFunctionMode):
        """Records calls outside the vocabulary, without those by the examples' own cell."""

        def __init__(self, task: Task) -> None:
            super().__init__()
            self.task = task
            self.vocabulary = vocabulary.of(task.also, task.without)
            self.trusted = tuple(
                f"{place}{os.sep}{name}{end}"
                for name in self.vocabulary.packages
                for place in places
                for end in (os.sep, ".py")
            )
            self.seen: list[str] = []

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            task = self.task
            if task.watched:
                name = vocabulary.of_function(func, resolve_name(func))
                # Without a cell on the stack, IPython is formatting a tensor.
                if name and not self.vocabulary.allows(name):
                    cells = [] if _is_within(self.trusted, torch_folder) else _callers()
                    if cells and cells[0] != task.number and not any(cell in task.excused for cell in cells):
                        self.seen.append(name)
            return func(*args, **(kwargs or {}))

    class Shell(NoShellHere):
        """An IPython shell that prints no errors, which `run` reports."""

        def showtraceback(self, *_: Any, **__: Any) -> None:
            """Print nothing."""

        def showsyntaxerror(self, *_: Any, **__: Any) -> None:
            """Print nothing."""

        def enable_gui(self, gui: Any = None) -> None:
            """Do nothing: there are no windows, but `%matplotlib inline` asks for them."""

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autoindent = False
    shell = Shell.instance(config=config)
    # As in the grader: a cell is complete, so Python reports what is missing in it, not that the input is incomplete.
    shell.compile.flags &= ~getattr(codeop, "PyCF_ALLOW_INCOMPLETE_INPUT", 0)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    signal.signal(signal.SIGINT, _raise_time_limit)

    def run(task: Task, seconds: float) -> Ran:
        kept = _Kept()
        watch = ForbiddenCalls(task)
        shell.execution_count = task.number
        before = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = kept
        error: BaseException | None
        began = time.process_time()
        try:
            with _soft_limit(seconds), watch:
                result = shell.run_cell(task.source, store_history=False)
            error = result.error_in_exec
            if isinstance(result.error_before_exec, SyntaxError):
                error = _syntax_error(task, result.error_before_exec)
            elif result.error_before_exec:
                error = result.error_before_exec
        except TimeLimit as late:
            error = late
        finally:
            sys.stdout, sys.stderr = before
        called = list(dict.fromkeys(watch.seen))
        taken = time.process_time() - began
        if error is None:
            return Ran(task.number, "ok", called=called, output=kept.text(), seconds=taken)
        return Ran(
            task.number,
            "timeout" if isinstance(error, TimeLimit) else "raised",
            type(error).__name__,
            _text(error),
            _frames(error),
            isinstance(error, NotImplementedError),
            error.name if type(error) is NameError and isinstance(error.name, str) else "",
            taken,
            called,
            kept.text(),
        )

    return run


class _Kept(io.TextIOBase):
    """A stream that keeps the beginning of what is written to it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = ROOM

    def write(self, text: str) -> int:
        self._parts.append(text[: self._room])
        self._room -= len(self._parts[-1])
        return len(text)

    def writable(self) -> bool:
        return True

    def text(self) -> str:
        return "".join(self._parts).encode("utf-8", "replace").decode()


@contextmanager
def _soft_limit(seconds: float) -> Iterator[None]:
    """Raise TimeLimit in the block after `seconds`; uses a thread, since not every system has SIGALRM."""
    timer = threading.Timer(seconds, _thread.interrupt_main)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _raise_time_limit(*_: object) -> None:
    raise TimeLimit


def _is_within(trusted: tuple[str, ...], torch_folder: str) -> bool:
    """Return whether a torch call comes from one of the trusted files, with only frames of torch in between."""
    frame = sys._getframe(2)
    while frame is not None and trusted:
        file = frame.f_code.co_filename
        if file.startswith(trusted):
            return True
        if not file.startswith(torch_folder):
            return False
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _callers() -> list[int]:
    """Return the numbers of the cells on the stack, the innermost first."""
    frame, found = sys._getframe(1), []
    while frame is not None:
        match = _CELL_NAME.match(frame.f_code.co_filename)
        if match:
            found.append(int(match[1]))
        frame = frame.f_back  # type: ignore[assignment]
    return found


def _syntax_error(task: Task, error: SyntaxError) -> SyntaxError:
    """Return the error with the line and message of Python's own parser, if IPython's lack them."""
    if _frames(error) and error.msg != "incomplete input":
        return error
    try:
        ast.parse(without_magics(task.source))
    except SyntaxError as found:
        found.filename = f"<ipython-input-{task.number}-"
        return found
    except (ValueError, RecursionError, MemoryError):
        pass
    return error


def _frames(error: BaseException) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    step = error.__traceback__
    while step is not None:
        match = _CELL_NAME.match(step.tb_frame.f_code.co_filename)
        if match:
            found.append((int(match[1]), step.tb_lineno))
        step = step.tb_next
    if isinstance(error, SyntaxError):
        match = _CELL_NAME.match(error.filename or "")
        found += [(int(match[1]), error.lineno)] if match and error.lineno else []
    return found[:1] + found[1:][-1:]


def _text(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        return text[:ROOM].encode("utf-8", "replace").decode()
    except BaseException:
        return ""


if __name__ == "__main__":
    main()
