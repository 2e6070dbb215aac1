"""Binds the arguments of the checks' calls to parameters."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from autograder.session.asked import Asked


def arguments_of(exercise: str, solution: Any, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Return, for each request, the arguments of the call of the exercise's function; {} for any other request."""
    if not inspect.isfunction(solution):
        return [{} for _ in asked]
    signature = inspect.signature(solution)
    handles = {_handle(one.result) for one in asked if one.op == "name" and one.target == exercise}
    found = []
    for one in asked:
        arguments: dict[str, Any] = {}
        if one.op == "call" and one.target in handles:
            try:
                bound = signature.bind(*one.args, **one.kwargs)
            except TypeError:
                bound = None
            if bound:
                bound.apply_defaults()
                arguments = dict(bound.arguments)
        found.append(arguments)
    return found


def _handle(value: Any) -> int | None:
    handle = getattr(value, "_handle", None)
    return None if handle is None else handle.number
