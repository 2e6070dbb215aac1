"""One thing that a check asked for, as the course's own solution was asked: kept to be asked again, made smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Asked:
    """One request.

    `target` is a name, the number of an object, or, of a backward pass, the token of the call that it goes through;
    `result` is what came of it, None where it raised.
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
        """The arguments, in order; None for a backward pass."""
        return None if self.op == "backward" else [*self.args, *self.kwargs.values()]
