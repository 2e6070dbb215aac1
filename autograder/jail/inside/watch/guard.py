"""Runs in the jail: prevents threads, and reports calls that would disable the watch, during a check's call."""

from __future__ import annotations

import _thread
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.overrides

from ..values.kinds import NUMPY_SCALARS, SCALARS
from . import recorder
from .call_watch import CallWatch

_push = torch._C._push_on_torch_function_stack
_depth = torch._C._len_torch_function_stack
_at = torch._C._get_function_stack_at
_getframe = sys._getframe
_HANDLING = torch.overrides.handle_torch_function.__code__


def stand_in(function: Any, watch: CallWatch) -> Any:
    """Return torch's own function as the replacement for an earlier exercise; its calls are not watched."""
    if isinstance(function, type):
        return function

    def call(*args: Any, **kwargs: Any) -> Any:
        if watch.running and _is_plain([*args, *kwargs.values()]):
            with watch.unwatched():
                return function(*args, **kwargs)
        return function(*args, **kwargs)  # it may call methods of the student's objects

    call.__name__ = getattr(function, "__name__", "call")
    call.__doc__ = getattr(function, "__doc__", None)
    return call


_PLAIN = SCALARS | NUMPY_SCALARS | {torch.Tensor, torch.nn.Parameter, torch.dtype, torch.Size}
"""Types whose methods cannot be the student's."""


def _is_plain(values: Sequence[Any]) -> bool:
    return all(type(value) in _PLAIN or (type(value) in (list, tuple) and _is_plain(value)) for value in values)


def guard(watch: CallWatch) -> None:
    """Wrap the functions that start threads, which then raise during a check, and those that disable the watch.

    Calls of the latter during a check are noted. torch's modes apply to one thread each, so a thread that is started
    before a check is watched from its start.
    """
    start = _thread.start_new_thread

    def watched(function: Callable[..., object], args: tuple[Any, ...] = (), kwargs: Any = None) -> int:
        if watch.running:
            raise RuntimeError("no thread can be started while a check runs: its calls could not be seen")

        def run() -> None:
            _push(watch)
            function(*args, **(kwargs or {}))

        return start(run, ())

    for name in ("start_new_thread", "start_new"):
        setattr(_thread, name, watched)
    threading._start_new_thread = watched  # type: ignore[attr-defined]
    for place, names in recorder.BLINDING:
        for name in names:
            original = getattr(place, name, None)
            if original is not None:
                pops = name == "_pop_torch_function_stack"
                setattr(place, name, _popping(original, watch) if pops else _noting(original, watch))


def _noting(original: Any, watch: CallWatch) -> Any:
    def noting(*args: Any, **kwargs: Any) -> Any:
        if watch.running:
            watch.hidden(f"{original.__name__} was called")
        return original(*args, **kwargs)

    return noting


def _popping(original: Any, watch: CallWatch) -> Any:
    """Wrap torch's own pop, which is allowed only where torch handles a call of a function written in Python."""

    def popping() -> Any:
        if watch.running and _depth() and _at(_depth() - 1) is watch:
            frame = _getframe(1)
            for _ in range(5):
                if frame is None or frame.f_code is _HANDLING:
                    break
                frame = frame.f_back  # type: ignore[assignment]
            if frame is None or frame.f_code is not _HANDLING:
                watch.hidden("the watch was taken off the stack of modes")
        return original()

    return popping
