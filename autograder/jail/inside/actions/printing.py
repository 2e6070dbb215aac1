"""Runs in the jail: calls a function and returns what it prints."""

from __future__ import annotations

import builtins
import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Any

MAX_PRINTED = 1 << 20
"""The maximum number of characters that a check reads of what a call prints."""


class _Text(io.StringIO):
    def write(self, text: str) -> int:
        if self.tell() + len(text) > MAX_PRINTED:
            raise ValueError(f"more than {MAX_PRINTED} characters printed")
        return super().write(text)


def printed(function: Callable[..., Any], inputs: Sequence[str], args: Sequence[Any], kwargs: dict[str, Any]) -> str:
    """Return what a call prints; `input` returns the `inputs` in order, and then raises EOFError.

    Raises:
        ValueError: it prints more than `MAX_PRINTED` characters.
    """
    given = iter(inputs)

    def answer(prompt: object = "") -> str:
        try:
            return next(given)
        except StopIteration:
            raise EOFError("no more input") from None

    before = builtins.input
    builtins.input = answer
    try:
        with redirect_stdout(_Text()) as text:
            function(*args, **kwargs)
    finally:
        builtins.input = before
    return text.getvalue()
