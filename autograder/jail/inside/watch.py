"""Runs in the jail: sees the torch functions that student code calls while a check runs."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, resolve_name


class Watch(TorchFunctionMode):
    """Records calls of functions whose last name matches one of `patterns` (shell style, `*batch_norm*`).

    Modules are seen through what they call: `nn.GRUCell` calls `torch.gru_cell`. The names are kept, the calls go on.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        super().__init__()
        self.patterns = patterns
        self.seen: list[str] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Note the function, then call it."""
        name = _name(func)
        if name not in self.seen and any(fnmatchcase(name.rpartition(".")[2], pattern) for pattern in self.patterns):
            self.seen.append(name)
        return func(*args, **(kwargs or {}))


def _name(func: Any) -> str:
    if isinstance(func, torch._ops.OpOverload):
        return "torch.ops." + str(func.overloadpacket._qualified_op_name).replace("::", ".")
    if isinstance(func, torch._ops.OpOverloadPacket):
        return "torch.ops." + str(func._qualified_op_name).replace("::", ".")
    try:
        return str(resolve_name(func) or func.__name__)
    except Exception:
        return str(getattr(func, "__name__", "?"))
