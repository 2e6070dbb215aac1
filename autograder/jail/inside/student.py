"""Runs in the jail: one student's process, which runs the cells and then answers the requests of the checks."""

from __future__ import annotations

import builtins
import decimal
import functools
import gc
import importlib
import random
import re
import socket
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NoReturn

import numpy as np
import torch

from . import frames, values, wire
from .actions import operators
from .actions.callbacks import Callback, uninterrupted
from .actions.printing import printed
from .actions.snapshot import snapshot
from .shell import Shell, TimeLimit, exception_text, kind_of, soft_limit
from .watch.call_watch import CallWatch, drop_hooks, drop_modes
from .watch.guard import stand_in

MAX_LISTED = 100_000
"""The maximum number of items that a check may get from an iterator."""

_Cached = type(functools.cache(lambda: None))
_run_backward = torch.autograd.Variable._execution_engine.run_backward
_default_dtype = torch.get_default_dtype
_RECURSION = sys.getrecursionlimit()

_CELL_NAME = re.compile(r"<ipython-input-(\d+)-")


def serve(sock: socket.socket, student: Student) -> None:
    """Answer requests on `sock` until it closes."""
    gc.freeze()  # gc then skips our own objects, so that their pages stay shared with the zygote
    student.sock = sock
    while True:
        try:
            head, body = frames.receive(sock)
        except wire.Closed:
            return
        request = wire.decode_to_student(head)
        answer, blobs = student.answer(request, body)
        if len(answer) > wire.MAX_HEAD or sum(map(len, blobs)) > wire.MAX_BODY:
            answer, blobs = student.too_large(request), []
        frames.send(sock, answer, blobs)


class Student:
    """The student's namespace, the bindings stored for each exercise, and the objects that a check has handles of."""

    def __init__(self, namespace: dict[str, Any], shell: Shell | None = None) -> None:
        self.namespace = namespace
        self.shell = shell
        self.kept: dict[str, dict[str, Any]] = {}
        self.last: dict[str, Any] | None = None
        self.watch = CallWatch()
        self.sock: socket.socket | None = None
        self.records = values.Records()
        self._token = 0
        self._forget()

    def _forget(self) -> None:
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.graphs: dict[int, tuple[list[torch.Tensor], list[torch.Tensor]]] = {}

    def answer(self, request: wire.ToStudent, body: memoryview) -> tuple[bytes, list[bytes | memoryview]]:
        """Return the head and body of the answer to a request."""
        self._token = request.token
        match request:
            case wire.Run():
                assert self.shell is not None
                self.kept |= {exercise: dict(self.namespace) for exercise in request.graded}
                self.kept |= {exercise: snapshot(self.namespace) for exercise in request.at_cell}
                named = {name: self.namespace.get(name) for name in request.graded}
                bound = {name: _handle(0, value) for name, value in named.items() if type(value) in _ALWAYS_OPAQUE}
                outputs, ended = self.shell.run(request)
                for exercise in request.at_cell:  # what the cell of tests itself imports is there as well
                    self.kept[exercise] = {**self.namespace, **self.kept[exercise]}
                self.watch.codec_functions.student_code_runs()
                return wire.encode(wire.Ran(request.token, outputs, ended, bound)), []
            case wire.Do():
                return self._guarded(request, body, self._do)
            case wire.Backward():
                return self._guarded(request, body, self._backward)
        raise wire.WireError("a result that was not asked for")

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return the result of a function of the check, which is called outside the jail.

        Raises:
            Exception: what the function raised, as the nearest built-in class.
        """
        if self.sock is None:
            raise wire.WireError("a check's function can only be called in the jail")
        packer, token = values.Packer(self._handle_of, records=self.records), self._token
        packed = [packer.pack(item) for item in args]
        named = {name: packer.pack(item) for name, item in kwargs.items()}
        with uninterrupted():
            frames.send(self.sock, wire.encode(wire.CallBack(token, number, packed, named)), packer.body)
            head, body = frames.receive(self.sock)
        answer = wire.decode_to_student(head)
        if not isinstance(answer, wire.CalledBack):
            raise wire.WireError("another request before the result of a check's function")
        if answer.raised:
            kind = getattr(builtins, answer.raised, None)
            if isinstance(kind, type) and issubclass(kind, Exception):
                raise kind(answer.message)
            raise RuntimeError(answer.message)
        return values.Unpacker(body, self._object_of, records=self.records).unpack(answer.value)

    def _object_of(self, handle: wire.Handle) -> Any:
        return Callback(self, handle) if handle.kind == "check" else self.objects[handle.number]

    def too_large(self, request: wire.ToStudent) -> bytes:
        """Return the head of an answer that replaces one which is too large to be sent."""
        if isinstance(request, wire.Run):
            left_out = wire.Stream("stderr", "[what this cell shows is too large, and is left out]\n")
            return wire.encode(wire.Ran(request.token, [left_out], "ok"))
        seen = list(self.watch.seen)
        return wire.encode(wire.Raised(request.token, ["WireError"], "it is too large", None, None, seen))

    def _begin(self, request: wire.Begin) -> None:
        self._forget()
        namespace = self.namespace
        if self.last is None:
            self.last = dict(namespace)
        bindings = self.kept.get(request.exercise, self.last)
        if request.exercise not in bindings and not request.at_cell:
            bindings = self.last
        namespace.clear()
        namespace.update(bindings)
        for name, dotted in request.replaced.items():
            module, _, last = dotted.rpartition(".")
            namespace[name] = stand_in(getattr(importlib.import_module(module), last), self.watch)
        if request.changed:
            exec(compile(request.changed, "<changed>", "exec", dont_inherit=True), namespace)
            self.watch.codec_functions.student_code_runs()
        if request.exercise in namespace:
            self._register(namespace[request.exercise])
        held = request.held_to
        for value in namespace.values():
            if type(value) is _Cached:
                value.cache_clear()  # its cached results were computed without the watch
        others = [namespace[name] for name in held.others if name in namespace] if held else []
        code = request.exercise, request.changed
        self.watch.begin(held is not None, held.added if held else (), held.taken if held else (), others, code)
        self.watch.trust(held.trusted if held else ())
        self.records = values.Records()
        if request.codecs:
            with self._watched("unpacking"):  # student code may have changed the module
                self.records = values.found_records(request.codecs)
        _set_defaults()
        seed_everything(request.seed)

    def _named(self, name: str) -> Any:
        if name not in self.namespace:
            raise NameError(f"name '{name}' is not defined")
        return self.namespace[name]

    def _guarded(self, request: Any, body: memoryview, act: Any) -> tuple[bytes, list[bytes | memoryview]]:
        if self.shell is not None:
            self.shell.outputs.begin(0)
        try:
            with soft_limit(request.seconds):
                packer = values.Packer(self._handle_of)  # its records are set once the check has begun
                value, changed = act(request, body, packer)
                return wire.encode(wire.Returned(request.token, value, changed, self.watch.seen)), packer.body
        except BaseException as error:
            cell, line = _where(error)
            names = _names(type(error)) if not isinstance(error, TimeLimit) else [str(kind_of(error))]
            raised = wire.Raised(request.token, names, exception_text(error), cell, line, self.watch.seen)
            return wire.encode(raised), []

    def _do(self, request: wire.Do, body: memoryview, packer: values.Packer) -> tuple[Any, list[Any] | None]:
        if request.begin is not None:
            self._begin(request.begin)
        packer.records = self.records
        packer.every_dataclass = request.op == "fields"
        leaves = request.leaves or request.op != "call"
        unpacker = values.Unpacker(body, self._object_of, leaves, self.records)
        with self._watched_if_needed("unpacking"):
            args = [unpacker.unpack(item) for item in request.args]
            kwargs = {name: unpacker.unpack(item) for name, item in request.kwargs.items()}
        given = [*args, *kwargs.values()]
        with self._watched(request.op):
            with torch.set_grad_enabled(request.grad_enabled):
                result = self._perform(request, args, kwargs)
            self._returned()
        with self._watched_if_needed("packing", [result, *given]):
            aliased = bool(given) and packer.share(result, *given)
            value = packer.pack(result)
            outputs = list(packer.differentiable)
            changed = self._changed(request, body, given, packer, aliased)
        if outputs:
            self.graphs[request.token] = (unpacker.differentiable, outputs)
        return value, changed

    def _perform(self, request: wire.Do, args: list[Any], kwargs: dict[str, Any]) -> Any:
        name = str(request.target)
        match request.op:
            case "name":
                return self._named(name)
            case "bind":
                self.namespace[name] = args[0]
                return None
            case "unbind":
                self._named(name)
                del self.namespace[name]
                return None
        target = self.objects[int(request.target)]
        match request.op:
            case "fields":
                return target
            case "call":
                return target(*args, **kwargs)
            case "getattr":
                return getattr(target, args[0])
            case "setattr":
                return setattr(target, args[0], args[1])
            case "getitem":
                return target[args[0]]
            case "setitem":
                target[args[0]] = args[1]
                return None
            case "delitem":
                del target[args[0]]
                return None
            case "printed":
                return printed(target, args[0], args[1:], kwargs)
            case "operate":
                return operators.OPERATORS[args[0]](target, *args[1:])
            case "len":
                return len(target)
            case "contains":
                return args[0] in target
            case "list":
                listed = []
                for item in target:
                    listed.append(item)
                    if len(listed) > MAX_LISTED:
                        raise ValueError(f"an iterator of over {MAX_LISTED} items")
                return listed

    def _changed(
        self, request: wire.Do, body: memoryview, given: list[Any], packer: values.Packer, aliased: bool
    ) -> list[Any] | None:
        """Return all arguments packed again, if their bytes have changed or some values share memory; else None."""
        came = [*request.args, *request.kwargs.values()]
        if aliased:
            return [packer.pack(item) for item in given]
        if all(values.unchanged(item, node, body) for item, node in zip(given, came, strict=True)):
            return None
        again = values.Packer(self._handle_of, as_laid_out=True, records=self.records)
        packed = [again.pack(item) for item in given]
        if wire.encode(packed) == wire.encode(came) and b"".join(again.body) == body:
            return None
        return [packer.pack(item) for item in given]

    def _backward(self, request: wire.Backward, body: memoryview, packer: values.Packer) -> tuple[Any, None]:
        inputs, outputs = self.graphs[request.call]
        unpacker = values.Unpacker(body, _refuse)
        with self._watched_if_needed("unpacking"):
            grads = [unpacker.unpack(item) for item in request.grads]
        given = [(output, grad) for output, grad in zip(outputs, grads, strict=True) if grad is not None]
        for tensor in inputs:
            tensor.grad = None
        with self._watched("backward"):
            # Not autograd.grad, since the parameters of the student's modules need their gradients as well; and not
            # autograd.backward, for which torch removes the watch from its stack.
            outputs_given, grads_given = zip(*given, strict=True) if given else ((), ())
            _run_backward(outputs_given, grads_given, True, False, (), allow_unreachable=True, accumulate_grad=True)
            self._returned()
        gradients = [tensor.grad for tensor in inputs]
        with self._watched_if_needed("packing", gradients):
            return packer.pack(gradients), None

    def _returned(self) -> None:
        if self.shell is not None:
            self.watch.returned()

    def _watched_if_needed(self, kind: str, given: Sequence[Any] = ()) -> AbstractContextManager[None]:
        """Watch the packing or unpacking of values, but only if it may run student code: watching takes time."""
        if self.shell is not None:
            drop_modes()
        calls_module = kind == "unpacking" and bool(self.records)
        plain = not self.watch.on or (
            not calls_module and self.watch.codec_functions.are_unchanged() and values.is_plain([*given])
        )
        return nullcontext() if plain else self._watched(kind)

    @contextmanager
    def _watched(self, kind: str) -> Iterator[None]:
        try:
            with self.watch.call(kind):
                yield
        finally:
            if self.shell is not None:
                drop_hooks()

    def _register(self, value: Any) -> int:
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)  # keeps it alive, so that its id is not reused
        return number

    def _handle_of(self, value: Any) -> wire.Handle:
        if type(value) is Callback:
            return value.handle
        return _handle(self._register(value), value)


_ALWAYS_OPAQUE = (types.FunctionType, type)
"""Types that are never sent by value, and whose attributes can be read without running student code."""


def _handle(number: int, value: Any) -> wire.Handle:
    if isinstance(value, type):
        return wire.Handle(number, "class", _text(value.__name__), _names(value))
    is_function = isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType)
    name = _text(getattr(value, "__name__", "")) if is_function else _text(type(value).__name__)
    return wire.Handle(number, "function" if is_function else "object", name, _names(type(value)))


def seed_everything(seed: int) -> None:
    """Seed torch, numpy and random."""
    torch.default_generator.manual_seed(seed)  # torch.manual_seed records the stack for accelerators: 0.5 ms
    np.random.seed(seed % 2**32)
    random.seed(seed)


def _set_defaults() -> None:
    """Restore process-wide settings that a scratch cell or an earlier check may have changed."""
    if _default_dtype() is not torch.float32:  # setting it takes as long as all the others here
        torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.set_autocast_enabled("cpu", False)
    torch.set_anomaly_enabled(False)
    if torch.are_deterministic_algorithms_enabled():  # setting it takes 10 us
        torch.use_deterministic_algorithms(False)
    torch.set_flush_denormal(False)
    np.seterr(all="warn")
    decimal.setcontext(decimal.Context())
    sys.setrecursionlimit(_RECURSION)


def _refuse(handle: wire.Handle) -> NoReturn:
    raise wire.WireError("an object where only tensors are allowed")


def _names(kind: type) -> list[str]:
    return [_text(f"{base.__module__}.{base.__qualname__}".removeprefix("builtins.")) for base in kind.__mro__[:50]]


def _text(value: object) -> str:
    return value[:200].encode("utf-8", "replace").decode() if type(value) is str else ""


def _where(error: BaseException) -> tuple[int | None, int | None]:
    """Return the number of the student's cell, and the line in it, in which `error` was raised."""
    if isinstance(error, SyntaxError):
        return None, None
    found: tuple[int | None, int | None] = None, None
    step = error.__traceback__
    while step is not None:
        match = _CELL_NAME.match(step.tb_frame.f_code.co_filename)
        if match:
            found = int(match[1]), step.tb_lineno
        step = step.tb_next
    return found
