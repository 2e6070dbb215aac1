"""The session of one submission: runs its cells, forwards the checks' calls to the jail, and survives crashes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from msgspec.structs import replace

from autograder.authoring.records import copy_of_record
from autograder.authoring.showing import shown_call
from autograder.jail import operations
from autograder.jail.inside import shared_memory, values, wire
from autograder.jail.jail import token
from autograder.language import from_jail, gettext
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise, Submission

from . import records, remote
from .asked import Asked
from .callbacks import Callbacks
from .causes import explained, imports, missing_module, why_missing
from .cells import Cells, Incidents, time_limit
from .connection import GRACE, UNREADABLE, Connection, Lost, your_code
from .transport import Transport

_NO_MEMORY = re.compile(r"Cannot allocate memory|not enough memory|std::bad_alloc")
"""Messages of torch's RuntimeErrors for lack of memory."""

_NOT_DEFINED = re.compile(r"name '(\w{1,100})' is not defined")

_WORD = re.compile(r"\w+")

_GIVES: dict[str, type] = {"len": int, "contains": bool, "list": list, "printed": str}
"""Result types that Python guarantees; a value of another type does not come from the process's protocol code."""


class Session:
    """A session for one submission: after `run`, call `turn_to` before each exercise and `begin` before each check.

    Args:
        transport: to the student's process, or to a namespace of staff's code.
        submission: its cells and exercises.
        limits: the limits of time and output.
        watched: whether forbidden calls are recorded.
        keeps_arguments: whether `asked` records the requests with their arguments.
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
        self._callbacks = Callbacks(self)
        self._connection.called_back = lambda call, body: self._callbacks.call(call, body)
        self._cells = Cells(self._connection, submission, limits)
        # State of the exercise:
        self.forbidden: list[str] = []
        """Names of forbidden functions that were called."""
        self.strikes = 0
        """Number of calls that timed out or ended the process."""
        # State of the check:
        self.trace: list[Any] = []
        """The results of the calls, in order: pairs of value and changed arguments, or the class of an exception.

        The changed arguments are None if the call left them unchanged, and () if the value also shares their memory.
        """
        self.asked: list[Asked] = []
        """All requests of the check, in order, if arguments are kept."""
        self._called: tuple[str, list[Any], dict[str, Any], list[Any]] | None = None
        """The latest call of a function of the notebook: its name, and its arguments as packed and their body."""
        self._names: dict[int, str] = {}
        self._begin: wire.Begin | None = None
        """The message that begins the check, until it is sent with the check's first request."""

    @property
    def outputs(self) -> dict[int, list[wire.Output]]:
        """Return the outputs of each code cell, by its number."""
        return self._cells.outputs

    def run(self) -> None:
        """Run all cells; a cell that ends the process is skipped when they are run again.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        self._cells.run()

    def drain_incidents(self) -> tuple[Incidents, bool]:
        """Return the incidents since the last call, and whether another run would give the same results."""
        incidents, self._cells.incidents = self._cells.incidents, {}
        cacheable, self._connection.cacheable = self._connection.cacheable, True
        return incidents, cacheable

    @contextmanager
    def trial(self, seconds: float) -> Iterator[None]:
        """Limit the processor time of each call in the block to `seconds`, and discard its incidents."""
        limits, incidents, cacheable = self.limits, dict(self._cells.incidents), self._connection.cacheable
        self.limits = replace(limits, call_seconds=min(seconds, limits.call_seconds))
        try:
            yield
        finally:
            self.limits, self._cells.incidents, self._connection.cacheable = limits, incidents, cacheable

    def close(self) -> None:
        """End the student's process and clean up after it.

        Raises:
            JailError: the jail itself has ended; a check may have mistaken that for an error of the student.
        """
        self._connection.close()

    # --- checks ---------------------------------------------------------------------------------------------------

    def turn_to(self, exercise: Exercise) -> None:
        """Select an exercise, and reset the strikes and forbidden calls."""
        self.exercise = exercise
        self.strikes = 0
        self.forbidden = []

    def begin(self, seed: int, changed: str = "") -> None:
        """Begin a check in a live process, with the exercise's bindings, no handles, and a seed.

        The process is told with the check's first request. `changed` is the source of a definition with a small change,
        which replaces the student's definition in this check.

        Raises:
            OutOfTime: the submission's time is used up.
        """
        if not self._connection.alive:
            self.run()
        self._called = None
        self.trace, self.asked = [], []
        self._names = {}
        self._callbacks = Callbacks(self)
        exercise = self.exercise
        held = _held_to(exercise) if self._watched else None
        self._begin = wire.Begin(
            exercise.name, seed, held, exercise.replaced, changed, exercise.at_cell, records.codecs()
        )

    @property
    def operates(self) -> bool:
        """Return whether checks of this exercise may apply operators to objects of the student, and bind names."""
        return self.exercise.at_cell

    def student(self) -> remote.Student:
        """Return the student's namespace for one check of this exercise."""
        return remote.Student(self, binds=self.operates)

    def do(self, op: str, target: str | int, *args: Any, **kwargs: Any) -> Any:
        """Perform an operation on an object of the student and return its result.

        In-place changes of the arguments by student code affect its own copies only, not the check's objects.

        Raises:
            StudentError: the student's code raised an exception.
            CallFailed: it timed out, ended the process, or returned an unusable value.
        """
        bound = self._cells.bound.get(str(target)) if op == "name" and target == self.exercise.name else None
        if bound and self._connection.alive:  # the handle is known, no request is needed
            if self._keeps_arguments:
                self.asked.append(Asked(op, target, [], {}, 0, remote.RemoteObject(self, bound)))
            return self._named(str(target), remote.RemoteObject(self, bound))
        return self._do(op, target, args, kwargs)[0]

    def observe(self, target: int, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        """Call an object of the student; return the result, and the arguments as they are after the call.

        Arguments that require a gradient arrive as leaves of the graph, as they would in a training loop.
        """
        value, changed = self._do("call", target, args, kwargs, leaves=True)
        return value, [*args, *kwargs.values()] if changed is None else changed

    def _do(
        self, op: str, target: str | int, args: Sequence[Any], kwargs: Mapping[str, Any], leaves: bool = False
    ) -> tuple[Any, list[Any] | None]:
        """Return the result, and the arguments after the call, or None if they are unchanged."""
        if self._callbacks.running:
            raise TypeError("a callback cannot use the student's objects")
        known = records.outside()
        packer = values.Packer(self._callbacks.handle_of, as_laid_out=True, records=known)
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
        unpacker = values.Unpacker(body, self._callbacks.object_of, records=known)

        def unpack() -> tuple[Any, list[Any] | None]:
            changed = None if answer.changed is None else [unpacker.unpack(item) for item in answer.changed]
            return unpacker.unpack(answer.value), changed

        # The process counts outputs that need a gradient in this order: changed arguments first.
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
        is_shared = changed is not None and _are_equal(changed, [*args, *kwargs.values()])
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
            if name == self.exercise.name and value._handle.number == 0:  # the same handle in every check
                self._cells.bound[name] = value._handle
        return value

    def backward(self, call: int, grads: list[torch.Tensor | None]) -> list[torch.Tensor | None]:
        """Run backward through call `call`; return the gradients of its differentiable arguments, in order."""
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
        """Return the latest call as text, with its original arguments; empty if there is none or it is too long."""
        if self._called is None:
            return ""
        name, args, kwargs, body = self._called
        whole, known = memoryview(b"".join(body)), records.outside()
        unpacker = values.Unpacker(whole, lambda handle: remote.RemoteObject(self, handle), records=known)
        given = [unpacker.unpack(item) for item in args]
        text = f"{name}({shown_call(given, {key: unpacker.unpack(item) for key, item in kwargs.items()})})"
        return text if len(text) <= 160 else ""

    # --- requests -------------------------------------------------------------------------------------------------

    def _ask_value(self, request: wire.Do | wire.Backward, body: list[Any]) -> tuple[wire.Returned, memoryview]:
        name = str(request.target) if isinstance(request, wire.Do) and request.op == "name" else ""
        if not self._connection.alive:
            raise remote.CallFailed(gettext("not tried: your code had ended the whole program before"))
        begins, self._begin = self._begin is not None, None
        seconds = self.limits.call_seconds * wire.PATIENCE + GRACE
        try:
            try:
                answer, received = self._connection.ask(request, body, seconds)
            except Lost as lost:
                if not (begins and self._cells.used):
                    raise
                # A leftover of an earlier check may be the cause: this check gets a process of its own.
                self.run()
                answer, received = self._connection.ask(request, body, seconds)
                said = gettext("Between two checks {sentence}; the notebook was run again.", sentence=lost)
                self._cells.note(said, lost.trouble)
            self._cells.used = True
        except Lost as lost:
            self.strikes += 1
            raise remote.CodeFailed(str(lost), lost.trouble) from None
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
            limit = time_limit(self.limits.call_seconds, kind)
            return remote.CodeFailed(gettext("your code was stopped after {limit}", limit=limit), "time")
        if kind == "NameError" and name:
            undefined = gettext("the notebook defines no {name}", name=name)
            why = why_missing(name, self.submission.cells, self.outputs)
            kind_of_error = remote.UndefinedName if self.operates else remote.Undefined
            return kind_of_error(explained(undefined, why))
        if kind.endswith("WireError"):
            return _unchecked(raised.message[:300])
        if "MemoryError" in raised.types or _NO_MEMORY.search(raised.message):
            return remote.CodeFailed(_at(gettext("your code asked for more memory than it may use"), raised), "memory")
        if "ModuleNotFoundError" in raised.types and (lacking := missing_module(raised.message)):
            return remote.error(raised.types, _at(imports(your_code(), lacking), raised))
        last = " ".join(kind.rpartition(".")[2][:60].split())
        message = from_jail.raised(" ".join(raised.message.split())[:300])
        if kind == "NameError" and (unknown := _NOT_DEFINED.match(message)):
            message = explained(message, why_missing(unknown[1], self.submission.cells, self.outputs, raised.cell))
        if "NotImplementedError" in raised.types:
            return remote.error(raised.types, message or gettext("not written yet"))
        end = explained(_at(last, raised), message)
        place = (last, raised.cell, raised.line or 0) if raised.cell and _WORD.fullmatch(last) else None
        return remote.error(raised.types, gettext("your code raised {error}", error=end), end, place)

    def _decoded(self, unpack: Callable[[], Any]) -> Any:
        try:
            return unpack()
        except wire.WireError as problem:
            raise _unchecked(" ".join(str(problem).split())) from None

    def _broken(self) -> remote.CallFailed:
        self.strikes += 1
        return remote.CodeFailed(str(self._connection.lose(UNREADABLE)), "posed")


def _at(sentence: str, raised: wire.Raised) -> str:
    """Return a sentence with the place in the notebook, if there is one."""
    if not raised.cell:
        return sentence
    return gettext("{sentence} (cell {cell}, line {line})", sentence=sentence, cell=raised.cell, line=raised.line)


def _unchecked(why: str) -> remote.CodeFailed:
    said = gettext("your code returned something that cannot be checked: {why}", why=from_jail.unsent(why))
    return remote.CodeFailed(said)


def _held_to(exercise: Exercise) -> wire.Held | None:
    if exercise.vocabulary.everything:
        return None
    changes = operations.changes(tuple(exercise.also), tuple(exercise.without))
    return wire.Held(list(changes.added), list(changes.taken), exercise.others, list(exercise.vocabulary.packages))


def _are_equal(changed: Sequence[Any], given: Sequence[Any]) -> bool:
    """Return whether returned arguments equal those sent; they are also returned if the result shares their memory."""
    try:
        return _written(changed) == _written(given)
    except wire.WireError:
        return False


def _written(items: Sequence[Any]) -> tuple[bytes, list[bytes]]:
    packer = values.Packer(remote.handle_of, records=records.outside())
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
    return [_copy(item) for item in value] if isinstance(value, list) else copy_of_record(value)
