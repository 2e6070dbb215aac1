"""Runs in the jail: sees the torch functions that student code calls while a check runs."""

from __future__ import annotations

import _thread
import sys
import threading
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, get_overridable_functions, resolve_name

_NAMES: dict[Any, str] = {}
"""Names of functions, by function: torch works one out in the time of a small matrix product."""


def learn_names() -> None:
    """Have the names of torch's functions at hand: before the fork, so that no child spends its time on it."""
    for functions in get_overridable_functions().values():
        for function in functions:
            _name(function)


class CallWatch(TorchFunctionMode):
    """Records calls of functions whose last name matches one of `patterns` (shell style, `*batch_norm*`).

    Modules are seen through what they call: `nn.GRUCell` calls `torch.gru_cell`. The names are kept, the calls go on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.patterns: Sequence[str] = ()
        self._forbidden: dict[Any, bool] = {}
        """Whether the name of a function that was met matches one of the patterns."""
        self.begin(())

    def begin(self, patterns: Sequence[str]) -> None:
        """Look out for these from here on."""
        if patterns != self.patterns:
            self.patterns, self._forbidden = patterns, {}
        self.seen: list[str] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Note the function, then call it."""
        try:
            forbidden = self._forbidden[func]
        except KeyError:
            forbidden = self._forbidden[func] = self._is_forbidden(func)
        except TypeError:  # it has no hash
            forbidden = self._is_forbidden(func)
        if forbidden and (name := _name(func)) not in self.seen:
            self.seen.append(name)
        return func(*args, **(kwargs or {}))

    def _is_forbidden(self, func: Any) -> bool:
        last = _name(func).rpartition(".")[2]
        return any(_matches(last, pattern) for pattern in self.patterns)


def watch_threads(watch: CallWatch) -> None:
    """Have the threads that are started from here on watched as well: torch's modes hold for one thread each."""
    start = _thread.start_new_thread

    def watched(function: Callable[..., object], args: tuple[Any, ...], kwargs: Any = None) -> int:
        def run() -> None:
            with watch:
                function(*args, **(kwargs or {}))

        return start(run, ())

    _thread.start_new_thread = threading._start_new_thread = watched  # type: ignore[attr-defined]


def drop_hooks() -> None:
    """Take away what the student's code may have set to run within ours."""
    sys.setprofile(None)
    sys.settrace(None)


def _matches(name: str, pattern: str) -> bool:
    """As fnmatchcase; what has no more than stars without the time of compiling it, since each child is new to it."""
    if "?" in pattern or "[" in pattern:
        return fnmatchcase(name, pattern)
    first, *parts = pattern.split("*")
    if not parts:
        return name == pattern
    place, last = len(first), parts.pop()
    for part in parts:  # each at the first place where it stands, which leaves most to those after it
        found = name.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return name.startswith(first) and name.endswith(last) and place <= len(name) - len(last)


def _name(func: Any) -> str:
    try:
        return _NAMES[func]
    except KeyError:
        return _NAMES.setdefault(func, _named(func))
    except TypeError:  # it has no hash
        return _named(func)


def _named(func: Any) -> str:
    if isinstance(func, torch._ops.OpOverload):
        return "torch.ops." + str(func.overloadpacket._qualified_op_name).replace("::", ".")
    if isinstance(func, torch._ops.OpOverloadPacket):
        return "torch.ops." + str(func._qualified_op_name).replace("::", ".")
    try:
        return str(resolve_name(func) or func.__name__)
    except Exception:
        return str(getattr(func, "__name__", "?"))
