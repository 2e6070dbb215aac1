"""Proxies with which checks use the student's objects: names, functions, classes and instances in the jail."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import torch
from torch.autograd.function import once_differentiable

from autograder.jail.inside import wire
from autograder.jail.inside.actions.operators import COMPARISONS, OPERATORS
from autograder.language import gettext
from autograder.model.verdict import Trouble


class StudentError(Exception):
    """An exception raised by student code; it also derives from its built-in class, so that checks can expect it.

    Its text is the sentence for the student.

    Attributes:
        not_begun: whether it says that the exercise is not written yet.
        raised: the description of the exception in the sentence, with place and message; empty if there is none.
        place: the class, and the cell and line of the notebook that raised it, if known.
    """

    def __init__(
        self, sentence: str, not_begun: bool, raised: str = "", place: tuple[str, int, int] | None = None
    ) -> None:
        self.sentence, self.not_begun = sentence, not_begun
        self.raised, self.place = raised, place

    def __str__(self) -> str:
        return self.sentence


class CallFailed(BaseException):
    """A call without a value or an exception of student code: it timed out, crashed, or returned an undecodable value.

    It does not derive from Exception, so that a check that expects one does not mistake it for the student's. Its text
    is the sentence for the student; `trouble` is what ended it, if something did.
    """

    def __init__(self, text: str, trouble: Trouble = "") -> None:
        super().__init__(text)
        self.trouble: Trouble = trouble


class CodeFailed(CallFailed):
    """The student's code itself ended the call; the text says how."""


class Undefined(CallFailed):
    """The notebook does not define the name."""


class UndefinedName(Undefined, NameError):
    """The same in the tests of a cell, which may expect a NameError."""


class Asker(Protocol):
    """Sends requests into the jail; implemented by the session."""

    @property
    def operates(self) -> bool:
        """Return whether operators are applied to objects in the jail, as the tests of a cell need."""

    def do(self, op: str, target: str | int, *args: Any, **kwargs: Any) -> Any:
        """Perform an operation on an object in the jail and return its result."""

    def observe(self, target: int, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        """Call an object in the jail; return the result, and the arguments as they are after the call."""

    def backward(self, token: int, grads: list[torch.Tensor | None]) -> list[torch.Tensor | None]:
        """Run backward through an earlier call."""


class Student:
    """The student's namespace: `student.batch_norm` is the value of that name.

    If it `binds`, as for the tests of a cell, `student.n = 3` and `del student.n` change the notebook's own names,
    until the check ends.
    """

    def __init__(self, asker: Asker, binds: bool = False) -> None:
        self.__dict__["_asker"] = asker
        self.__dict__["_binds"] = binds

    def __getattr__(self, name: str) -> Any:
        """Return the value of the name; functions and classes are returned as remote objects."""
        if name.startswith("__"):
            raise AttributeError(name)
        found = self._asker.do("name", name)
        if isinstance(found, RemoteObject):
            self.__dict__[name] = found  # requested once per check
        return found

    def __getitem__(self, name: str) -> Any:
        """Return the value of a name, as from `globals()`.

        Raises:
            KeyError: the notebook does not define it.
        """
        if name not in self:
            raise KeyError(name)
        return getattr(self, name)

    def __contains__(self, name: object) -> bool:
        """Return whether the notebook defines a name."""
        try:
            getattr(self, str(name))
        except Undefined:
            return False
        return True

    def __setattr__(self, name: str, value: Any) -> None:
        self._bind("bind", name, value)

    def __delattr__(self, name: str) -> None:
        self._bind("unbind", name)

    def _bind(self, op: str, name: str, *value: Any) -> None:
        if not self._binds:
            raise AttributeError("a check does not bind names in the student's notebook")
        self.__dict__.pop(name, None)
        self._asker.do(op, name, *value)

    def __repr__(self) -> str:
        return "<the student's notebook>"


_ASKED = frozenset({"__annotations__", "__code__", "__defaults__", "__name__", "__qualname__", "__wrapped__"})
"""Special attributes that the tests of a cell may read; others belong to protocols of Python, NumPy and pandas."""


class RemoteObject:
    """A proxy of a function, class or instance in the jail; operations on it are performed there."""

    def __init__(self, asker: Asker, handle: wire.Handle) -> None:
        self.__dict__["_asker"] = asker
        self.__dict__["_handle"] = handle

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the result of the call."""
        return self._asker.do("call", self._handle.number, *args, **kwargs)

    def _observe(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        """Implement `authoring.observe`."""
        observed: tuple[Any, list[Any]] = self._asker.observe(self._handle.number, args, kwargs)
        return observed

    def _printed(self, inputs: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        """Implement `authoring.printed`."""
        return str(self._asker.do("printed", self._handle.number, list(inputs), *args, **kwargs))

    def _record(self) -> Any:
        """Implement `authoring.record`."""
        return self._asker.do("fields", self._handle.number)

    @property
    def __signature__(self) -> inspect.Signature:
        """Return the signature of a function or class, for the tests of a cell that look at it."""
        if not self._asker.operates:
            raise AttributeError("__signature__")
        found = self._asker.do("operate", self._handle.number, "__signature__")
        kinds = dict(enumerate(inspect._ParameterKind))
        return inspect.Signature(
            [
                inspect.Parameter(name, kinds[kind], default=default[0] if default else inspect.Parameter.empty)
                for name, kind, default in found
            ]
        )

    def __getattr__(self, name: str) -> Any:
        """Return the attribute's value."""
        if name.startswith("__") and name.endswith("__") and not (name in _ASKED and self._asker.operates):
            raise AttributeError(name)
        return self._asker.do("getattr", self._handle.number, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._asker.do("setattr", self._handle.number, name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._asker.do("getitem", self._handle.number, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._asker.do("setitem", self._handle.number, key, value)

    def __delitem__(self, key: Any) -> None:
        self._asker.do("delitem", self._handle.number, key)

    def __len__(self) -> int:
        return int(self._asker.do("len", self._handle.number))

    def __contains__(self, item: Any) -> bool:
        return bool(self._asker.do("contains", self._handle.number, item))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._asker.do("list", self._handle.number))

    def __eq__(self, other: object) -> bool:
        """Return whether it is the same object or, in the tests of a cell, what its own `==` gives.

        It never equals a value of the check: an object of the student could say so of any value.
        """
        if not isinstance(other, RemoteObject):
            return False
        if other._handle.number == self._handle.number:
            return True
        return self._asker.operates and bool(self._asker.do("operate", self._handle.number, "__eq__", other))

    def __hash__(self) -> int:
        return hash(self._handle.number)

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        if not (self._asker.operates and self._handle.kind == "object"):
            return repr(self)
        return str(self._asker.do("operate", self._handle.number, "__str__"))

    def __repr__(self) -> str:
        handle = self._handle
        name = "".join(letter for letter in handle.name if letter.isprintable())[:40]
        if handle.kind == "object":
            return gettext("an object of type {name}", name=name)
        if handle.kind == "class":
            return gettext("the class {name}", name=name)
        return gettext("the function {name}", name=name)


def _operation(method: str) -> Callable[..., Any]:
    def operation(self: RemoteObject, *args: Any) -> Any:
        is_compared = method in COMPARISONS and not all(isinstance(item, RemoteObject) for item in args)
        if is_compared or not self._asker.operates:
            raise TypeError(f"{method} is not supported for {self!r}")
        return self._asker.do("operate", self._handle.number, method, *args)

    return operation


def _doc(self: RemoteObject) -> Any:
    return self._asker.do("getattr", self._handle.number, "__doc__") if self._asker.operates else None


RemoteObject.__doc__ = property(_doc)  # type: ignore[assignment]  # or a student's object would have the proxy's
for _method in OPERATORS.keys() - {"__eq__", "__str__", "__signature__"}:
    setattr(RemoteObject, _method, _operation(_method))


def handle_of(value: Any) -> wire.Handle:
    """Return the handle to send for `value`; a WireError is raised unless it is one of the student's own objects."""
    if isinstance(value, RemoteObject):
        handle: wire.Handle = value._handle
        return handle
    raise wire.WireError(f"a {type(value).__name__} cannot be sent into the jail")


def attach(asker: Asker, token: int, inputs: list[torch.Tensor], outputs: list[torch.Tensor]) -> list[torch.Tensor]:
    """Return the outputs of a call as tensors whose backward pass runs in the jail."""
    anchor = torch.empty(0, requires_grad=True)  # parameters in the jail may need a gradient even if no input does
    apply: Any = _Call.apply
    return list(apply(asker, token, [item.detach() for item in outputs], anchor, *inputs))


class _Call(torch.autograd.Function):
    """A call in the jail, as a node of this process's graph."""

    @staticmethod
    def forward(
        ctx: Any, asker: Asker, token: int, outputs: list[torch.Tensor], anchor: torch.Tensor, *inputs: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        ctx.set_materialize_grads(False)
        ctx.asker, ctx.token = asker, token
        ctx.expected = [(item.shape, item.dtype) for item in inputs]
        return tuple(outputs)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: torch.Tensor | None) -> tuple[torch.Tensor | None, ...]:
        found = ctx.asker.backward(ctx.token, list(grads))
        if len(found) != len(ctx.expected):
            raise CallFailed(
                gettext(
                    "its backward pass gives {mine} gradients where there should be {right}",
                    mine=len(found),
                    right=len(ctx.expected),
                )
            )
        for grad, (shape, dtype) in zip(found, ctx.expected, strict=True):
            if grad is not None and (grad.shape, grad.dtype) != (shape, dtype):
                shape = tuple(grad.shape)
                raise error(
                    ["RuntimeError"], gettext("its backward pass gives a gradient of shape {shape}", shape=shape)
                )
        return None, None, None, None, *found


def rebuild(value: Any, new: dict[int, torch.Tensor]) -> Any:
    """Return `value` with the tensors that are keys of `new`, by id, replaced."""
    if isinstance(value, torch.Tensor):
        return new.get(id(value), value)
    if isinstance(value, list | tuple):
        return type(value)(rebuild(item, new) for item in value)
    if isinstance(value, dict):
        return {key: rebuild(item, new) for key, item in value.items()}
    return value


def error(types: list[str], sentence: str, raised: str = "", place: tuple[str, int, int] | None = None) -> StudentError:
    """Return the exception that a check sees for one of student code whose class and bases are `types`."""
    base = next((found for name in types if (found := _BUILTIN.get(name))), Exception)
    return _mixed(base)(sentence, "NotImplementedError" in types, raised, place)


_HARMLESS: Callable[[Any], bool] = lambda item: (  # noqa: E731
    isinstance(item, type)
    and issubclass(item, Exception)
    and not issubclass(item, StopIteration | StopAsyncIteration | ExceptionGroup)
)
_BUILTIN = {name: item for name, item in vars(builtins).items() if _HARMLESS(item)}


@cache
def _mixed(base: type[Exception]) -> type[StudentError]:
    if base is Exception:
        return StudentError
    return type(f"Student{base.__name__}", (StudentError, base), {})
