"""Runs in the jail: torch's own recorder, which notes the operations that its dispatcher runs, at 3 us each."""

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
_CONFIG = ProfilerConfig(ProfilerState.CPU, False, False, False, False, False, _ExperimentalConfig())

_NODE = re.compile(r"\w+Backward\d+$|torch::autograd::\w+$")
"""Nodes of a graph that torch made itself: what they run belongs to operations that were seen when they ran forward."""
_ENGINE = "autograd::engine::evaluate_function: "

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
"""Functions of torch's, by where they stand, with which a watch could be blinded."""


@dataclass(frozen=True)
class Recorded:
    """The operations in their order, and whether autograd ran among them."""

    names: list[str]
    gradients: bool


def start() -> str:
    """Record from here on: `started`, `taken` where something else records already, `full` where there is no room."""
    try:
        _switch(True)
        _enable(_CONFIG)
    except RuntimeError as error:
        return "taken" if "already enabled" in str(error) else "full"
    except MemoryError:
        return "full"
    return "started"


def stop() -> Recorded | None:
    """What was recorded; None where somebody has stopped it before."""
    try:
        events = _disable()
    except RuntimeError:
        return None
    names: list[str] = []
    gradients = False
    stack: list[str] = []
    inner = 0
    for thread in events:
        for event in thread:
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
                name = ""  # all within is torch's own
            elif not inner and _is_operation(name) and not (name == "aten::unfold" and above == "aten::repeat"):
                names.append(name)
            stack.append(name)
    return Recorded(names, gradients)


def pause() -> Callable[[], None]:
    """Record nothing until what this returns is called."""
    _switch(False)
    return lambda: _switch(True)


def _is_operation(name: str) -> bool:
    """Whether it is one of the dispatcher's; scripts, graph nodes and the like have names of other kinds."""
    space, mark, _ = name.partition("::")
    return bool(mark) and space not in ("autograd", "torch")
