"""The trusted end of one submission: runs its cells, carries the checks' calls, survives its crashes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from msgspec.structs import replace

from autograder.authoring.assertions import shown_call
from autograder.jail import operations
from autograder.jail.inside import shared_memory, values, wire
from autograder.jail.jail import token
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise, Submission

from . import remote
from .asked import Asked
from .causes import missing_module, why_missing
from .cells import Cells, time_limit
from .connection import GRACE, UNREADABLE, Connection, Lost
from .transport import Transport

_NO_MEMORY = re.compile(r"Cannot allocate memory|not enough memory|std::bad_alloc")
"""How torch says it, in a RuntimeError."""

UNDEFINED = "the notebook defines no"
"""Begins the sentence about a name that is not there."""
_NOT_DEFINED = re.compile(r"name '(\w{1,100})' is not defined")

_GIVES: dict[str, type] = {"len": int, "contains": bool, "list": list}
"""What Python itself sees to inside; an answer of another kind is not the grader's."""


class Session:
    """One submission. After `run`, call `turn_to` before each exercise and `begin` before each check; `close` ends it.

    Args:
        transport: to the student's process, or to a namespace of staff's code.
        submission: its cells and exercises.
        limits: of time and output.
        watched: whether forbidden calls are looked out for.
        keeps_arguments: whether `asked` keeps what each call was given.
    """

    def __init__(
        self,
        transport: Transport,
        submission: Submission,
        limits: SessionLimits,
        watched: bool = True,
        keeps_arguments: bool = False,
    ) -> None:
        self.submission = submission
        self.limits = limits
        self._watched, self._keeps_arguments = watched, keeps_arguments
        self._connection = Connection(transport, limits.submission_seconds)
        self._cells = Cells(self._connection, submission, limits)
        # Of the exercise:
        self.forbidden: list[str] = []
        """Names of forbidden functions that were called."""
        self.strikes = 0
        """Calls that ran out of time or lost the process."""
        # Of the check:
        self.trace: list[Any] = []
        """What the calls gave, in order: pairs of value and changed arguments, or an exception's class.

        Of the arguments there is None where they are as they were, and () where the value shares their memory besides.
        """
        self.asked: list[Asked] = []
        """Beside the trace, where arguments are kept: all that the check asked for, in order."""
        self._called: tuple[str, list[Any], dict[str, Any], list[Any]] | None = None
        """The latest call of a function of the notebook: its name, its arguments as they were sent, their body."""
        self._names: dict[int, str] = {}
        self._begin: wire.Begin | None = None
        """The check's beginning, until the check asks for something."""

    @property
    def outputs(self) -> dict[int, list[wire.Output]]:
        """What each code cell showed, by its number."""
        return self._cells.outputs

    def run(self) -> None:
        """Run all cells; a cell that loses the process is left out when they are run anew.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        self._cells.run()

    def drain_incidents(self) -> tuple[list[str], bool]:
        """The incidents since the last time, and whether all since then would come out the same another time."""
        incidents, self._cells.incidents = self._cells.incidents, []
        cacheable, self._connection.cacheable = self._connection.cacheable, True
        return incidents, cacheable

    @contextmanager
    def trial(self, seconds: float) -> Iterator[None]:
        """In the block, a call may take so much processor time at most, and no incident is noted."""
        limits, incidents, cacheable = self.limits, list(self._cells.incidents), self._connection.cacheable
        self.limits = replace(limits, call_seconds=min(seconds, limits.call_seconds))
        try:
            yield
        finally:
            self.limits, self._cells.incidents, self._connection.cacheable = limits, incidents, cacheable

    def close(self) -> None:
        """End the student's process and all that it left.

        Raises:
            JailError: the jail itself went. In a check it may have been taken for the student's mistake before.
        """
        self._connection.close()

    # --- checks ---------------------------------------------------------------------------------------------------

    def turn_to(self, exercise: Exercise) -> None:
        """Turn to an exercise: its strikes and forbidden calls are counted from here."""
        self.exercise = exercise
        self.strikes = 0
        self.forbidden = []

    def begin(self, seed: int, changed: str = "") -> None:
        """Begin a check: a living process with the exercise's bindings, nothing handed out, seeded.

        The process hears of it with the first thing that the check asks for. `changed` is the code of a definition of
        the student's with a small change, which stands in for it in this check.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        if not self._connection.alive:
            self.run()
        self._called = None
        self.trace, self.asked = [], []
        self._names = {}
        exercise = self.exercise
        held = _held_to(exercise) if self._watched else None
        self._begin = wire.Begin(exercise.name, seed, held, exercise.replaced, changed)

    def do(self, op: str, target: str | int, *args: Any, **kwargs: Any) -> Any:
        """Do one thing with an object of the student's and return what came of it.

        What the student's code does to its arguments in place stays with its own copies: the check's are as they were.

        Raises:
            StudentError: the student's code raised.
            CallFailed: it ran out of time, ended the process, or gave what cannot be used.
        """
        bound = self._cells.bound.get(str(target)) if op == "name" and target == self.exercise.name else None
        if bound and self._connection.alive:  # it need not be asked for
            if self._keeps_arguments:
                self.asked.append(Asked(op, target, [], {}, 0, remote.RemoteObject(self, bound)))
            return self._named(str(target), remote.RemoteObject(self, bound))
        return self._do(op, target, args, kwargs)[0]

    def observe(self, target: int, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        """Call an object of the student's; the result, and the arguments as the call left them.

        Arguments that require a gradient arrive as leaves of the graph, as they would in a training loop.
        """
        value, changed = self._do("call", target, args, kwargs, leaves=True)
        return value, [*args, *kwargs.values()] if changed is None else changed

    def _do(
        self, op: str, target: str | int, args: Sequence[Any], kwargs: Mapping[str, Any], leaves: bool = False
    ) -> tuple[Any, list[Any] | None]:
        """What came of it, and the arguments as they are afterwards; None where they are as they were."""
        packer = values.Packer(remote.handle_of, as_laid_out=True)
        packer.share(*args, *kwargs.values())
        packed = [packer.pack(item) for item in args]
        named = {name: packer.pack(item) for name, item in kwargs.items()}
        inputs = list(packer.differentiable) if torch.is_grad_enabled() else []
        if op == "call":
            name = self._names.get(int(target), "")
            self._called = (name, packed, named, packer.body) if name else None
        request = wire.Do(
            token(),
            self._begin,
            op,  # type: ignore[arg-type]
            target,
            packed,
            named,
            torch.is_grad_enabled(),
            self.limits.call_seconds,
            leaves,
        )
        if self._keeps_arguments:
            kept = {name: _copy(item) for name, item in kwargs.items()}
            self.asked.append(Asked(op, target, [_copy(item) for item in args], kept, request.token))
        answer, body = self._ask_value(request, packer.body)
        unpacker = values.Unpacker(body, lambda handle: remote.RemoteObject(self, handle))

        def unpack() -> tuple[Any, list[Any] | None]:
            changed = None if answer.changed is None else [unpacker.unpack(item) for item in answer.changed]
            return unpacker.unpack(answer.value), changed

        # Outputs that need a gradient are counted from here: the changed arguments come first.
        value, changed = self._decoded(unpack)
        if (op in _GIVES and type(value) is not _GIVES[op]) or (op == "len" and not 0 <= value < 2**63):
            raise self._broken()
        if changed is not None:
            if len(changed) != len(args) + len(kwargs):
                raise self._broken()
            value = shared_memory.rebased(value, changed, [*args, *kwargs.values()])
        if self._keeps_arguments:
            self.asked[-1].result = value
        if op == "name":
            return self._named(str(target), value), None
        is_shared = changed is not None and _are_the_same(changed, [*args, *kwargs.values()])
        self._record(value, () if is_shared else changed)
        if op == "call" and torch.is_grad_enabled():
            outputs = _differentiable(value)
            if outputs:
                attached = remote.attach(self, request.token, inputs, outputs)
                new = {id(old): tensor for old, tensor in zip(outputs, attached, strict=True)}
                value = remote.rebuild(value, new)
        return value, changed

    def _named(self, name: str, value: Any) -> Any:
        self._record(value, None)
        if isinstance(value, remote.RemoteObject):
            self._names[value._handle.number] = name
            if name == self.exercise.name and value._handle.number == 0:  # as every beginning has it
                self._cells.bound[name] = value._handle
        return value

    def backward(self, call: int, grads: list[torch.Tensor | None]) -> list[torch.Tensor | None]:
        """Run backward through call `call` in the jail; the gradients of its differentiable arguments, in order."""
        if self._keeps_arguments:
            self.asked.append(Asked("backward", call, [], {}))
        packer = values.Packer(remote.handle_of)
        packed = [packer.pack(None if item is None else item.detach()) for item in grads]
        request = wire.Backward(token(), call, packed, self.limits.call_seconds)
        answer, body = self._ask_value(request, packer.body)
        unpacker = values.Unpacker(body, lambda handle: remote.RemoteObject(self, handle))
        found = self._decoded(lambda: unpacker.unpack(answer.value))
        if not isinstance(found, list) or not all(item is None or isinstance(item, torch.Tensor) for item in found):
            raise self._broken()
        self._record(found, None)
        return [item if item is None else item.detach() for item in found]

    @property
    def last_call(self) -> str:
        """The latest call as text, with the arguments that it was made with; empty where it is too long to show."""
        if self._called is None:
            return ""
        name, args, kwargs, body = self._called
        unpacker = values.Unpacker(memoryview(b"".join(body)), lambda handle: remote.RemoteObject(self, handle))
        given = [unpacker.unpack(item) for item in args]
        text = f"{name}({shown_call(given, {key: unpacker.unpack(item) for key, item in kwargs.items()})})"
        return text if len(text) <= 160 else ""

    # --- asking ---------------------------------------------------------------------------------------------------

    def _ask_value(self, request: wire.Do | wire.Backward, body: list[Any]) -> tuple[wire.Returned, memoryview]:
        name = str(request.target) if isinstance(request, wire.Do) and request.op == "name" else ""
        if not self._connection.alive:
            raise remote.CallFailed("not tried: your code had ended the whole program before")
        begins, self._begin = self._begin is not None, None
        seconds = self.limits.call_seconds * wire.PATIENCE + GRACE
        try:
            try:
                answer, received = self._connection.ask(request, body, seconds)
            except Lost as lost:
                if not (begins and self._cells.used):
                    raise
                # Perhaps to what an earlier check left behind: this one has a right to a process of its own.
                self.run()
                answer, received = self._connection.ask(request, body, seconds)
                self._cells.note(f"Between two checks your code {lost}; the notebook was run again.")
            self._cells.used = True
        except Lost as lost:
            self.strikes += 1
            raise remote.CallFailed(f"your code {lost}") from None
        if isinstance(answer, wire.Returned | wire.Raised):
            self.forbidden += [item[:200] for item in answer.forbidden[:20] if item not in self.forbidden]
        if isinstance(answer, wire.Returned):
            return answer, received
        if isinstance(answer, wire.Raised):
            raise self._raised(answer, name)
        raise self._broken()

    def _record(self, value: Any, changed: Any) -> None:
        self.trace.append((value, changed))

    def _raised(self, raised: wire.Raised, name: str) -> remote.StudentError | remote.CallFailed:
        kind = raised.types[0] if raised.types else "Exception"
        self.trace.append(kind)
        if self.asked:
            self.asked[-1].raised = kind
        if kind in ("TimeLimit", "WaitLimit"):
            self.strikes += 1
            self._connection.cacheable = False
            return remote.CallFailed(f"your code was stopped after {time_limit(self.limits.call_seconds, kind)}")
        if kind == "NameError" and name:
            why = why_missing(name, self.submission.cells, self.outputs)
            return remote.CallFailed(f"{UNDEFINED} {name}{why}")
        place = f" (cell {raised.cell}, line {raised.line})" if raised.cell else ""
        if kind.endswith("WireError"):
            return remote.CallFailed(f"your code returned something that cannot be checked: {raised.message[:300]}")
        if "MemoryError" in raised.types or _NO_MEMORY.search(raised.message):
            return remote.CallFailed(f"your code asked for more memory than it may use{place}")
        if "ModuleNotFoundError" in raised.types and (lacking := missing_module(raised.message)):
            return remote.error(raised.types, f"your code imports {lacking}{place}")
        last = " ".join(kind.rpartition(".")[2][:60].split())
        message = " ".join(raised.message.split())[:300]
        if kind == "NameError" and (unknown := _NOT_DEFINED.match(message)):
            message += why_missing(unknown[1], self.submission.cells, self.outputs, raised.cell)
        if "NotImplementedError" in raised.types:
            return remote.error(raised.types, message or "not written yet")
        return remote.error(raised.types, f"your code raised {last}{place}" + (f": {message}" if message else ""))

    def _decoded(self, unpack: Callable[[], Any]) -> Any:
        try:
            return unpack()
        except wire.WireError as problem:
            what = " ".join(str(problem).split())
            raise remote.CallFailed(f"your code returned something that cannot be checked: {what}") from None

    def _broken(self) -> remote.CallFailed:
        self.strikes += 1
        return remote.CallFailed(f"your code {self._connection.lose(UNREADABLE)}")


def _held_to(exercise: Exercise) -> wire.Held | None:
    if exercise.vocabulary.everything:
        return None
    changes = operations.changes(tuple(exercise.also), tuple(exercise.without))
    return wire.Held(list(changes.added), list(changes.taken), exercise.others, list(exercise.vocabulary.packages))


def _are_the_same(changed: Sequence[Any], given: Sequence[Any]) -> bool:
    """Whether arguments that come back are what they were: they do so, too, where the result shares their memory."""
    try:
        return _written(changed) == _written(given)
    except wire.WireError:
        return False


def _written(items: Sequence[Any]) -> tuple[bytes, list[bytes]]:
    packer = values.Packer(remote.handle_of)
    return wire.encode([packer.pack(item) for item in items]), [bytes(part) for part in packer.body]


def _differentiable(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value] if value.requires_grad else []
    if isinstance(value, dict):
        return [tensor for item in value.values() for tensor in _differentiable(item)]
    return [tensor for item in value for tensor in _differentiable(item)] if isinstance(value, list | tuple) else []


def _copy(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, tuple):
        return tuple(map(_copy, value))
    return [_copy(item) for item in value] if isinstance(value, list) else value
