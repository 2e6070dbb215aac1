"""A student's notebook run in a process of its own, in the manner of the grader: what it does there hurts nothing here.

The cells come on stdin, what each of them did goes to stdout, a line of JSON each. There is no jail: it is the
student's own code on the student's own machine.
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
"""So many letters are kept of what a cell prints, and of an error's message."""
_CELL_NAME = re.compile(r"<ipython-input-(\d+)-")


class Task(msgspec.Struct, frozen=True):
    """One cell to be run. Where it is `watched`, calls that the vocabulary does not have are noted.

    Those of the cell itself are not, nor those of the cells in `excused`: exercises that this one may be written with.
    """

    number: int
    source: str
    watched: bool = False
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    excused: tuple[int, ...] = ()


class Work(msgspec.Struct, frozen=True):
    """All that is to be done: the cells in order, and the seconds that each may take."""

    tasks: list[Task]
    seconds: float


class Ran(msgspec.Struct, frozen=True):
    """How one cell ended. `frames` are the cells and lines that led to the error, the outermost first."""

    number: int
    ended: str
    """ok, raised, timeout; and from the parent: lost, not run."""
    error: str = ""
    text: str = ""
    frames: list[tuple[int, int]] = []
    unwritten: bool = False
    """Whether the error is a NotImplementedError."""
    missing: str = ""
    """The name that a NameError did not find."""
    seconds: float = 0.0
    """Processor time, which is what the grader limits."""
    called: list[str] = []
    output: str = ""


class Note(msgspec.Struct, frozen=True):
    """What the child tells: that it is ready (`begins` 0) or begins a cell, how a cell ended, why it cannot begin."""

    begins: int | None = None
    ran: Ran | None = None
    broken: str = ""


class TimeLimit(BaseException):
    """The cell's time is over. What it defined before stays, as when it is graded."""


def main() -> None:
    """Do the work that comes on stdin."""
    channel = os.fdopen(os.dup(1), "wb")
    work = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    sys.stdin = io.StringIO()
    try:
        run = _runner()
    except Exception as error:
        _tell(channel, Note(broken=f"{type(error).__name__}: {_text(error)}"))
        return
    _tell(channel, Note(begins=0))
    for task in work.tasks:
        _tell(channel, Note(begins=task.number))
        _tell(channel, Note(ran=run(task, work.seconds)))
    channel.close()
    os._exit(0)  # threads and exit handlers of the student's are not waited for


def _tell(channel: IO[bytes], note: Note) -> None:
    channel.write(msgspec.json.encode(note) + b"\n")
    channel.flush()


def _runner() -> Any:
    """Import what is slow, before any clock runs, and give the function that runs one cell."""
    import numpy as np
    import torch
    from torch.overrides import TorchFunctionMode, resolve_name
    from traitlets.config import Config

    from autograder.jail.inside.no_shell import NoShellHere

    places = [place or str(Path.cwd()) for place in [str(Path.cwd()), *sys.path]]
    torch_folder = str(Path(torch.__file__).parent) + os.sep

    class ForbiddenCalls(TorchFunctionMode):
        """Notes what is called that the vocabulary does not have, but for what the examples' own cell calls."""

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
                # Without a cell on the stack it is IPython, which shows a tensor.
                if name and not self.vocabulary.allows(name):
                    cells = [] if _is_within(self.trusted, torch_folder) else _callers()
                    if cells and cells[0] != task.number and not any(cell in task.excused for cell in cells):
                        self.seen.append(name)
            return func(*args, **(kwargs or {}))

    class Shell(NoShellHere):
        """IPython that prints no errors: they are reported by us."""

        def showtraceback(self, *_: Any, **__: Any) -> None:
            """Nothing."""

        def showsyntaxerror(self, *_: Any, **__: Any) -> None:
            """Nothing."""

        def enable_gui(self, gui: Any = None) -> None:
            """Nothing: there are no windows, which `%matplotlib inline` asks for all the same."""

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autoindent = False
    shell = Shell.instance(config=config)
    # As in the grader: a cell is whole, and Python says what is missing in it, not that the input is incomplete.
    shell.compile.flags &= ~getattr(codeop, "PyCF_ALLOW_INCOMPLETE_INPUT", 0)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    signal.signal(signal.SIGINT, _ring)

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
    """A stream that keeps the first that is written to it."""

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
    """Raise TimeLimit in the block after `seconds`: by a thread, since not every system has an alarm."""
    timer = threading.Timer(seconds, _thread.interrupt_main)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _ring(*_: object) -> None:
    raise TimeLimit


def _is_within(trusted: tuple[str, ...], torch_folder: str) -> bool:
    """Whether a call of torch comes from one of these files, not from the notebook: what is between is torch's."""
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
    """The numbers of the cells on the stack, the nearest first."""
    frame, found = sys._getframe(1), []
    while frame is not None:
        match = _CELL_NAME.match(frame.f_code.co_filename)
        if match:
            found.append(int(match[1]))
        frame = frame.f_back  # type: ignore[assignment]
    return found


def _syntax_error(task: Task, error: SyntaxError) -> SyntaxError:
    """The error with the line and the words of Python's own parser, where IPython's lack them."""
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
