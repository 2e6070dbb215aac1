"""A recorded request of a check to the course's solution, to be repeated with smaller arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Asked:
    """One request.

    `target` is a name, the number of an object, or, for a backward pass, the token of the call; `result` is its result,
    or None if it raised.
    """

    op: str
    target: str | int
    args: list[Any]
    kwargs: dict[str, Any]
    token: int = 0
    result: Any = None
    raised: str = ""

    @property
    def given(self) -> list[Any] | None:
        """Return the arguments, in order; None for a backward pass."""
        return None if self.op == "backward" else [*self.args, *self.kwargs.values()]
