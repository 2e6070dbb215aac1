"""Runs in the jail: torch's own profiler, which records the operations that its dispatcher runs, at 3 us each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.overrides
from torch._C._profiler import ProfilerConfig, ProfilerState, _ExperimentalConfig

_enable: Any = torch._C._autograd._enable_profiler_legacy
_disable: Any = torch._C._autograd._disable_profiler_legacy
_switch: Any = torch._C._autograd._enable_record_function
_name_of: Any = torch._C._autograd.ProfilerEvent.name
_CONFIG = ProfilerConfig(ProfilerState.CPU, False, False, False, False, False, _ExperimentalConfig())

_NODE = re.compile(r"\w+Backward\d+$|torch::autograd::\w+$")
"""Graph nodes created by torch: they belong to operations that were checked in the forward pass."""
_ENGINE = "autograd::engine::evaluate_function: "
_MARKS = frozenset({"", "__start_profile", "__stop_profile"})
"""Names of events that are not the start of an operation."""

_ROOM = 10_000
"""The number of operations that are recorded at once to enlarge torch's table of objects: ten times a long call's."""
_TENSOR = torch.tensor([1.0])

BLINDING: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        torch._C,
        (
            "DisableTorchFunction",
            "_set_torch_function_state",
            "_pop_torch_function_stack",
            "_set_skip_next_torch_function",
            "_skip_one_hop_torch_function",
        ),
    ),
    (torch.overrides, ("_pop_torch_function_stack",)),
    (
        torch._C._autograd,
        ("_enable_record_function", "_enable_profiler_legacy", "_disable_profiler_legacy"),
    ),
    (torch.autograd, ("_enable_record_function", "_enable_profiler_legacy", "_disable_profiler_legacy")),
)
"""torch functions that could disable the watch, by module."""


@dataclass(frozen=True)
class Operations:
    """The operations in order, and whether autograd ran among them."""

    names: list[str]
    gradients: bool


@dataclass(frozen=True)
class Recorded:
    """The recorded torch events, a list for each thread."""

    threads: list[list[Any]]

    def names(self) -> list[str]:
        """Return the names of all events in order, with nested operations; ten times as fast as `operations`."""
        return [name for events in self.threads for name in map(_name_of, events) if name not in _MARKS]

    def operations(self) -> Operations:
        """Return the dispatcher's operations, without those run by graph nodes that torch created."""
        names: list[str] = []
        gradients = False
        stack: list[str] = []
        inner = 0
        for events in self.threads:
            for event in events:
                kind = event.kind()
                if kind == "pop":
                    if stack and stack.pop() == "":
                        inner -= 1
                    continue
                if kind != "push":
                    continue
                name = event.name()
                above = stack[-1] if stack else ""
                if name.startswith(_ENGINE):
                    gradients = True
                elif above == _ENGINE + name and _NODE.match(name):
                    inner += 1
                    name = ""  # everything nested in it is torch's own
                elif not inner and _is_operation(name) and not (name == "aten::unfold" and above == "aten::repeat"):
                    names.append(name)
                stack.append(name)
        return Operations(names, gradients)


def start() -> str:
    """Start recording; return `started`, `taken` if something else is recording, or `full` without memory."""
    try:
        _switch(True)
        _enable(_CONFIG)
    except RuntimeError as error:
        return "taken" if "already enabled" in str(error) else "full"
    except MemoryError:
        return "full"
    return "started"


def stop() -> Recorded | None:
    """Return what was recorded; None if something else has stopped the recording."""
    try:
        return Recorded(_disable())
    except RuntimeError:
        return None


def make_room() -> None:
    """Enlarge pybind11's table of objects, which holds each recorded event while its name is read.

    Called before the first fork. In a full table an event is linked to another object, on a page that each child then
    copies: 200 pages of a submission.
    """
    start()
    for _ in range(_ROOM):
        _TENSOR.neg()
    stop()


def pause() -> Callable[[], None]:
    """Pause recording; return a function that resumes it."""
    _switch(False)
    return lambda: _switch(True)


def _is_operation(name: str) -> bool:
    """Return whether it is an operation of the dispatcher; scripts, graph nodes and others have other names."""
    space, mark, _ = name.partition("::")
    return bool(mark) and space not in ("autograd", "torch")
