"""Runs in the jail: IPython without a kernel, which keeps the outputs of cells as wire messages."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` creates enums in every call
import base64
import builtins
import sys
from typing import Any, Literal

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from traitlets.config import Config

from . import ipython_private, wire
from .watch.call_watch import drop_hooks


class TimeLimit(BaseException):
    """The soft time limit, which ends a cell or call and keeps earlier definitions. The owner enforces the hard limit.

    It is a limit of processor time or, if `waited`, of real time.
    """

    def __init__(self, waited: bool = False) -> None:
        super().__init__()
        self.waited = waited


class soft_limit:  # noqa: N801  (reads as a statement)
    """Raise TimeLimit in the block after `seconds` of processor time of this process, independent of other processes.

    Code that waits without computing is stopped after `wire.PATIENCE` times as many seconds of real time.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        _signal.signal(_signal.SIGPROF, self._computed)
        _signal.signal(_signal.SIGALRM, self._waited)
        _signal.setitimer(_signal.ITIMER_PROF, self.seconds)
        _signal.setitimer(_signal.ITIMER_REAL, self.seconds * wire.PATIENCE)

    def __exit__(self, *_: object) -> None:
        _signal.setitimer(_signal.ITIMER_PROF, 0)
        _signal.setitimer(_signal.ITIMER_REAL, 0)

    @staticmethod
    def _computed(*_: object) -> None:
        raise TimeLimit

    @staticmethod
    def _waited(*_: object) -> None:
        raise TimeLimit(waited=True)


def kind_of(limit: TimeLimit) -> Literal["TimeLimit", "WaitLimit"]:
    """Return which of the two limits it is, as a `CellEnd`."""
    return "WaitLimit" if limit.waited else "TimeLimit"


_PIECE = 64
"""Bytes that a message takes for one output, besides its text."""


class _Outputs:
    """The outputs of one cell, up to `room` bytes."""

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, room: int) -> None:
        self.kept: list[wire.Output] = []
        self.room = room
        self.full = False

    def _fits(self, size: int) -> bool:
        if self.full:
            return False
        self.room -= size
        if self.room < 0:
            self.full = True
            self.kept.append(wire.Stream("stderr", "\n[the output limit is reached; what follows is left out]\n"))
        return not self.full

    def stream(self, name: Literal["stdout", "stderr"], text: str) -> None:
        if not text or self.full:
            return
        data = text.encode("utf-8", "replace")
        last = self.kept[-1] if self.kept else None
        joins = isinstance(last, wire.Stream) and last.name == name
        size = len(data) + (0 if joins else _PIECE)
        if size > self.room:
            self._append(name, data[: max(0, self.room)].decode("utf-8", "ignore"))
            self._fits(self.room + 1)
        elif self._fits(size):
            self._append(name, data.decode())

    def _append(self, name: Literal["stdout", "stderr"], text: str) -> None:
        # Streams are written in small pieces, which are joined once, at the end of the cell.
        self.kept.append(wire.Stream(name, text))

    def data(self, kind: Literal["display_data", "execute_result"], bundle: dict[str, Any]) -> None:
        texts = {
            mime: _mime_text(value)
            for mime, value in bundle.items()
            if isinstance(mime, str) and type(value) in (str, bytes)
        }
        if self._fits(_PIECE + sum(_PIECE + _size(mime) + _size(text) for mime, text in texts.items())):
            self.kept.append(wire.Data(kind, texts))

    def error(self, etype: type, evalue: BaseException | None, traceback: list[str]) -> None:
        text = _text(evalue)
        traceback = [str(line).encode("utf-8", "replace").decode()[:20_000] for line in traceback[-40:]]
        if self._fits(_PIECE + _size(text) + sum(_PIECE + _size(line) for line in traceback)):
            self.kept.append(wire.Error(str(etype.__name__)[:200], text, traceback))

    def end(self) -> list[wire.Output]:
        joined: list[wire.Output] = []
        run: list[str] = []
        name: Literal["stdout", "stderr"] | None = None
        for item in [*self.kept, None]:
            if run and name and not (isinstance(item, wire.Stream) and item.name == name):
                joined.append(wire.Stream(name, "".join(run)))
                run = []
            if isinstance(item, wire.Stream):
                name = item.name
                run.append(item.text)
            elif item is not None:
                joined.append(item)
        return joined


class _Stream:
    """A text stream that writes to the outputs."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, outputs: _Outputs, name: Literal["stdout", "stderr"]) -> None:
        self._outputs, self._name, self.name = outputs, name, f"<{name}>"

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.stream(self._name, text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError("this stream has no file descriptor")


class _Hook(DisplayHook):  # type: ignore[misc]
    """Keeps the value of a cell's last expression."""

    def write_output_prompt(self) -> None: ...

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.shell.outputs.data("execute_result", format_dict)

    def finish_displayhook(self) -> None: ...


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Keeps what `display` shows."""

    def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
        self.shell.outputs.data("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.kept.clear()


class Shell(ipython_private.BaseShell):
    """IPython as in a notebook's kernel, but in this process and with its outputs kept.

    Create it by `Shell.instance()`: `display` uses IPython's singleton, and only prints if there is none.
    """

    displayhook_class = _Hook
    display_pub_class = _Publisher
    outputs: _Outputs

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        config.InteractiveShell.separate_in = ""
        config.InteractiveShell.autoindent = False
        config.InteractiveShell.xmode = "Plain"  # tracebacks with context search all modules, which takes 40 ms
        self.outputs = _Outputs()
        super().__init__(config=config)
        # What IPython loads on first use is loaded here, before the first fork.
        self.run_cell("1 + 1", store_history=False)
        self.run_cell("raise ValueError", store_history=False)

    def show_error(self, etype: type, evalue: Any, lines: list[str]) -> None:
        """Keep an error and its traceback."""
        self.outputs.error(etype, evalue, lines)

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there are no windows, but `%matplotlib inline` calls this."""

    def take_streams(self) -> None:
        """Redirect Python's stdout and stderr, and displayed objects, to the outputs."""
        ipython_private.take_builtins_and_display(self)
        sys.stdout = sys.__stdout__ = _Stream(self.outputs, "stdout")  # type: ignore[assignment,misc]
        sys.stderr = sys.__stderr__ = _Stream(self.outputs, "stderr")  # type: ignore[assignment,misc]

    def run(self, request: wire.Run) -> tuple[list[wire.Output], wire.CellEnd]:
        """Run one cell; return its outputs and how it ended."""
        self.outputs.begin(request.output_bytes)
        self.execution_count = request.number
        ended: wire.CellEnd = "ok"
        try:
            with soft_limit(request.seconds):
                result = ipython_private.run_plain(self, request.source) or self.run_cell(
                    request.source, store_history=False
                )
            error = result.error_before_exec or result.error_in_exec
            if isinstance(error, TimeLimit):
                ended = kind_of(error)
            elif error is not None:
                ended = "raised"
        except TimeLimit as error:
            ended = kind_of(error)
        drop_hooks()
        return self.outputs.end(), ended


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _text(value: object, limit: int = 4000) -> str:
    try:
        text = builtins.str(value)
    except BaseException:
        text = "(its message cannot be shown)"
    return text.encode("utf-8", "replace").decode()[:limit]


def _mime_text(value: str | bytes) -> str:
    """Return the text as in a notebook's file, in which the bytes of pictures are in base64."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value.encode("utf-8", "replace").decode()


exception_text = _text
