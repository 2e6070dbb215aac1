"""Why an answer is wrong: the misconception that gives what the student's code gave, call by call.

Each misconception goes once through the same checks as a submission, in this process, and what its calls gave is kept.
A wrong solution is explained by it where all its own calls gave the same, within rounding. Where none explains it,
the outputs are compared with those of the course's own solution (`generic.py`).
"""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.authoring import Misconception
from autograder.errors import AutograderError
from autograder.jail.inside import wire
from autograder.jail.inside.student import Student

from . import generic
from .bounds import Bounds
from .session import Session
from .submission import Exercise, Submission

Trace = dict[str, list[Any]]
"""What the calls of each check gave, by the check's name."""


def load(path: Path) -> list[Misconception]:
    """The misconceptions in a file of staff's; none where there is no such file.

    Raises:
        AutograderError: the file does not run.
    """
    if not path.is_file():
        return []
    name = f"autograder_misconceptions_{path.parent.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # inspect finds the source of a class through it
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AutograderError(f"{path}: does not run: {type(error).__name__}: {error}") from None
    return [item.misconception for item in vars(module).values() if hasattr(item, "misconception")]


class Rehearsal(Session):
    """A session with a namespace of this process in the place of a jail, for code that staff wrote."""

    def __init__(self, problem_set: str, namespace: dict[str, Any]) -> None:
        submission = Submission(problem_set, [], [], [])
        super().__init__(None, submission, Bounds(call_seconds=60, submission_seconds=3600))  # type: ignore[arg-type]
        self._sock = None
        self.student = Student(namespace)
        self._random = _random_states()

    def begin(self, seed: int) -> None:
        """Begin a check on the namespace as it is."""
        self.last_call, self.trace, self._names = "", [], {}
        self._answer(wire.Begin(0, self.exercise.name, seed, [], self.exercise.replaced), memoryview(b""))

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


class Diagnosis:
    """The misconceptions of one problem set, and what each gives, worked out when first needed.

    Args:
        misconceptions: those of the problem set.
        rehearse: runs the checks of an exercise on a session; gives what `note` says of each, its trace by default.
        solution: gives the names that the course's own solution binds.
    """

    def __init__(
        self,
        misconceptions: Sequence[Misconception],
        rehearse: Callable[..., dict[str, Any]],
        problem_set: str,
        solution: Callable[[Exercise], dict[str, Any] | None],
    ) -> None:
        self._misconceptions = misconceptions
        self._rehearse = rehearse
        self._problem_set = problem_set
        self._solution = solution
        self._traces: dict[str, Trace] = {}
        self._references: dict[str, dict[str, tuple[list[Any], list[Any]]]] = {}

    def explain(self, exercise: Exercise, trace: Trace) -> Misconception | generic.Generic | None:
        """The misconception whose calls all gave what the student's gave, else what the outputs alone tell."""
        return self.misconception(exercise, trace) or self._generic(exercise, trace)

    def misconception(self, exercise: Exercise, trace: Trace) -> Misconception | None:
        """The first misconception whose calls all gave what the student's gave."""
        if not any(_says_something(entry) for given in trace.values() for entry in given):
            return None
        for known in self._misconceptions:
            if known.exercise == exercise.name and same(trace, self._trace(exercise, known)):
                return known
        return None

    def rehearse(self, exercise: Exercise) -> None:
        """Work out what each misconception of the exercise gives."""
        for known in self._misconceptions:
            if known.exercise == exercise.name:
                self._trace(exercise, known)

    def _generic(self, exercise: Exercise, trace: Trace) -> generic.Generic | None:
        if exercise.name not in self._references:
            namespace = self._solution(exercise)
            if namespace is None:
                return None
            session = Reference(self._problem_set, namespace)
            self._references[exercise.name] = self._rehearse(exercise, session, lambda: (session.given, session.trace))
        calls = []
        for check, mine in trace.items():
            given, right = self._references[exercise.name].get(check, ([], []))
            calls += [generic.Call(*entry) for entry in zip(given, right, mine, strict=False)]
        return generic.explain(calls)

    def _trace(self, exercise: Exercise, known: Misconception) -> Trace:
        key = f"{exercise.name}/{known.name}"
        if key not in self._traces:
            session = Rehearsal(self._problem_set, {exercise.name: known.solution})
            self._traces[key] = self._rehearse(exercise, session)
        return self._traces[key]


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    return [_copy(item) for item in value] if isinstance(value, list | tuple) else value


def _says_something(entry: Any) -> bool:
    """Whether an entry of a trace is a value: exceptions and functions alone look alike in many wrong solutions."""
    return isinstance(entry, tuple) and not hasattr(entry[0], "_handle") and entry[0] is not None


def same(mine: Any, other: Any) -> bool:
    """Whether two traces, or two values in them, are the same within the rounding of their dtype."""
    if isinstance(mine, torch.Tensor):
        if not isinstance(other, torch.Tensor) or mine.shape != other.shape or mine.dtype != other.dtype:
            return False
        if mine.layout != other.layout or mine.requires_grad != other.requires_grad:
            return False
        first, second = mine.detach().to_dense(), other.detach().to_dense()
        if first.is_complex():
            first, second = torch.view_as_real(first), torch.view_as_real(second)
        if not first.is_floating_point():
            return bool(torch.equal(first, second))
        rtol = 1e-9 if first.dtype == torch.float64 else 1e-4
        scale = float(second.double().abs().nan_to_num(posinf=0).max()) if second.numel() else 0.0
        return torch.allclose(first.double(), second.double(), rtol=rtol, atol=rtol * max(scale, 1e-3), equal_nan=True)
    if isinstance(mine, np.ndarray | np.generic):
        return type(mine) is type(other) and same_array(np.asarray(mine), np.asarray(other))
    if isinstance(mine, dict):
        return isinstance(other, dict) and mine.keys() == other.keys() and all(same(mine[k], other[k]) for k in mine)
    if isinstance(mine, list | tuple):
        return type(mine) is type(other) and len(mine) == len(other) and all(map(same, mine, other))
    if isinstance(mine, float) and isinstance(other, float):
        return mine == other or (mine != mine and other != other) or abs(mine - other) <= 1e-6 * max(1.0, abs(other))
    if type(mine) is not type(other):
        return False
    if isinstance(mine, torch.Generator):
        return bool(torch.equal(mine.get_state(), other.get_state()))
    if hasattr(mine, "_handle"):
        return bool(mine._handle.kind == other._handle.kind)
    if hasattr(mine, "tobytes"):
        return bool(mine.size == other.size and mine.tobytes() == other.tobytes())
    return bool(mine == other)


def same_array(mine: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    """The same for arrays."""
    if mine.dtype != other.dtype or mine.shape != other.shape:
        return False
    if mine.dtype.kind in "fc":
        return bool(np.allclose(mine, other, rtol=1e-4, atol=1e-6, equal_nan=True))
    return bool(np.array_equal(mine, other))
