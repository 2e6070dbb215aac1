"""The checks' view of the student's objects: names, functions, classes and instances that live in the jail."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import torch
from torch.autograd.function import once_differentiable

from autograder.jail.inside import wire


class StudentError(Exception):
    """An exception of the student's code; it is also of the built-in class it had there, so that checks can expect it.

    Its text is the sentence for the student.
    """

    def __init__(self, sentence: str, not_begun: bool) -> None:
        self.sentence = sentence
        self.not_begun = not_begun

    def __str__(self) -> str:
        return self.sentence


class CallFailed(BaseException):
    """A call that gave neither a value nor an exception of the student's: out of time, crashed, not to be decoded.

    No Exception, so that a check that expects one of those does not take it for the student's. Its text is the sentence
    for the student.
    """


class Asker(Protocol):
    """Who carries requests into the jail (the session)."""

    def do(self, op: str, target: str | int, *args: Any, **kwargs: Any) -> Any:
        """Do one thing with an object of the student's."""

    def observe(self, target: int, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        """Call an object of the student's; the result, and the arguments as the call left them."""

    def backward(self, token: int, grads: list[torch.Tensor | None]) -> list[torch.Tensor | None]:
        """Run backward through an earlier call."""


class Student:
    """The student's namespace: `student.batch_norm` is what that name is bound to."""

    def __init__(self, asker: Asker) -> None:
        self.__dict__["_asker"] = asker

    def __getattr__(self, name: str) -> Any:
        """The value of the name; functions and classes come as remote objects."""
        if name.startswith("__"):
            raise AttributeError(name)
        found = self._asker.do("name", name)
        if isinstance(found, RemoteObject):
            self.__dict__[name] = found  # asked for once a check
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a check does not bind names in the student's notebook")

    def __repr__(self) -> str:
        return "<the student's notebook>"


class RemoteObject:
    """A function, class or instance that stays in the jail; what is done with it is done there."""

    def __init__(self, asker: Asker, handle: wire.Handle) -> None:
        self.__dict__["_asker"] = asker
        self.__dict__["_handle"] = handle

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the call returns."""
        return self._asker.do("call", self._handle.number, *args, **kwargs)

    def _observe(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, list[Any]]:
        """What `authoring.observe` asks for."""
        observed: tuple[Any, list[Any]] = self._asker.observe(self._handle.number, args, kwargs)
        return observed

    def __getattr__(self, name: str) -> Any:
        """The attribute's value."""
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._asker.do("getattr", self._handle.number, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._asker.do("setattr", self._handle.number, name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._asker.do("getitem", self._handle.number, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._asker.do("setitem", self._handle.number, key, value)

    def __len__(self) -> int:
        return int(self._asker.do("len", self._handle.number))

    def __contains__(self, item: Any) -> bool:
        return bool(self._asker.do("contains", self._handle.number, item))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._asker.do("list", self._handle.number))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemoteObject) and other._handle.number == self._handle.number

    def __hash__(self) -> int:
        return hash(self._handle.number)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        handle = self._handle
        name = "".join(letter for letter in handle.name if letter.isprintable())[:40]
        return f"the {handle.kind} {name}" if handle.kind != "object" else f"an object of type {name}"


def handle_of(value: Any) -> wire.Handle:
    """The handle to send for `value`: only the student's own objects can go back in."""
    if isinstance(value, RemoteObject):
        handle: wire.Handle = value._handle
        return handle
    raise wire.WireError(f"a {type(value).__name__} cannot be sent into the jail")


def attach(asker: Asker, token: int, inputs: list[torch.Tensor], outputs: list[torch.Tensor]) -> list[torch.Tensor]:
    """The outputs of a call as tensors whose backward runs in the jail."""
    anchor = torch.empty(0, requires_grad=True)  # parameters inside may need a gradient where no input does
    apply: Any = _Call.apply
    return list(apply(asker, token, [item.detach() for item in outputs], anchor, *inputs))


class _Call(torch.autograd.Function):
    """A call in the jail, as a node of the graph out here."""

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
                f"its backward pass gives {len(found)} gradients where there should be {len(ctx.expected)}"
            )
        for grad, (shape, dtype) in zip(found, ctx.expected, strict=True):
            if grad is not None and (grad.shape, grad.dtype) != (shape, dtype):
                raise error(["RuntimeError"], f"its backward pass gives a gradient of shape {tuple(grad.shape)}")
        return None, None, None, None, *found


def rebuild(value: Any, new: dict[int, torch.Tensor]) -> Any:
    """`value` with each tensor in `new` (by id) in place of the one it stands for."""
    if isinstance(value, torch.Tensor):
        return new.get(id(value), value)
    if isinstance(value, list | tuple):
        return type(value)(rebuild(item, new) for item in value)
    if isinstance(value, dict):
        return {key: rebuild(item, new) for key, item in value.items()}
    return value


def error(types: list[str], sentence: str) -> StudentError:
    """The exception that a check sees for one of the student's, whose class and bases are `types`."""
    base = next((found for name in types if (found := _BUILTIN.get(name))), Exception)
    return _mixed(base)(sentence, "NotImplementedError" in types)


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
