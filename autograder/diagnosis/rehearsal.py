"""The checks run on code that staff wrote, in this process: what a misconception gives, and what the solution gives."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace

from autograder.jail.inside import wire
from autograder.jail.inside.student import Student
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise, Submission
from autograder.notebook import vocabulary
from autograder.session.session import Session


class Rehearsal(Session):
    """A session with a namespace of this process in the place of a jail, for code that staff wrote."""

    def __init__(self, problem_set: str, namespace: dict[str, Any]) -> None:
        submission = Submission(problem_set, [], [], [])
        super().__init__(None, submission, SessionLimits(call_seconds=60, submission_seconds=3600))  # type: ignore[arg-type]
        self._sock = None
        self.student = Student(namespace)
        self._random = _random_states()

    def watch(self, exercise: Exercise) -> None:
        """Turn to an exercise; staff may call what they like, and torch's names for it are slow to find."""
        super().watch(replace(exercise, also=[vocabulary.ALL]))

    def close(self) -> None:
        """Nothing is left behind."""

    def _alive(self) -> bool:
        return True

    def _exchange(self, request: Any, body: list[Any], seconds: float) -> tuple[Any, memoryview]:
        head, blobs = self._answer(request, memoryview(b"".join(body)))
        return wire.decode_from_student(head), memoryview(b"".join(blobs))

    def _answer(self, request: wire.ToStudent, body: memoryview) -> tuple[bytes, list[bytes | memoryview]]:
        """The answer, with random numbers of its own: in a jail they are not the check's either."""
        outside = _random_states()
        _set_random_states(self._random)
        try:
            return self.student.answer(request, body)
        finally:
            self._random = _random_states()
            _set_random_states(outside)


def _random_states() -> tuple[Any, Any, Any]:
    return torch.get_rng_state(), np.random.get_state(), random.getstate()


def _set_random_states(states: tuple[Any, Any, Any]) -> None:
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])


class Reference(Rehearsal):
    """A rehearsal that keeps what each call was given, beside the trace and as long as it."""

    def begin(self, seed: int) -> None:
        """Begin a check."""
        super().begin(seed)
        self.given: list[list[Any] | None] = []

    def do(self, op: str, target: str | int, *args: Any, **kwargs: Any) -> Any:
        """Do it, and keep the arguments as they come."""
        self.given.append([_copy(item) for item in [*args, *kwargs.values()]])
        return super().do(op, target, *args, **kwargs)

    def backward(self, call: int, grads: list[torch.Tensor | None]) -> list[torch.Tensor | None]:
        """Run backward; its place is kept."""
        self.given.append(None)
        return super().backward(call, grads)


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    return [_copy(item) for item in value] if isinstance(value, list | tuple) else value
