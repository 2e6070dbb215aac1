"""Functions of a check that student code was given: calls of them come out of the jail, and are answered here."""

from __future__ import annotations

from typing import Any

from autograder.authoring import Callback
from autograder.jail.inside import values, wire

from . import records, remote


class Callbacks:
    """The functions that one check has given to student code.

    Args:
        asker: the session, for the student's objects among the arguments.
    """

    def __init__(self, asker: remote.Asker) -> None:
        self._asker = asker
        self._given: list[Callback] = []
        self.running = False
        """Whether one of the functions is running; the process waits for its result, and answers nothing else."""

    def handle_of(self, value: Any) -> wire.Handle:
        """Return the handle to send for a function of the check, or for one of the student's objects.

        Raises:
            WireError: the value is neither.
        """
        if isinstance(value, Callback):
            self._given.append(value)
            return wire.Handle(len(self._given) - 1, "check", getattr(value.function, "__name__", "function"), [])
        return remote.handle_of(value)

    def object_of(self, handle: wire.Handle) -> Any:
        """Return the object for a handle that the process sent: a function that it was given, or a remote object."""
        if handle.kind == "check" and 0 <= handle.number < len(self._given):
            return self._given[handle.number]
        return remote.RemoteObject(self._asker, handle)

    def call(self, call: wire.CallBack, body: memoryview) -> tuple[wire.CalledBack, list[Any]]:
        """Call a function on what student code gives it; return the message with its result or exception, and its body.

        Raises:
            WireError: there is no such function, or the arguments are not valid.
        """
        if not 0 <= call.number < len(self._given):
            raise wire.WireError("no such function of the check")
        known = records.outside()
        unpacker = values.Unpacker(body, self.object_of, records=known)
        args = [unpacker.unpack(item) for item in call.args]
        kwargs = {name: unpacker.unpack(item) for name, item in call.kwargs.items()}
        packer = values.Packer(self.handle_of, records=known)
        self.running = True
        try:
            value = packer.pack(self._given[call.number](*args, **kwargs))
        except Exception as error:
            kind = next(base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins")
            return wire.CalledBack(call.token, None, kind, str(error)[:300]), []
        finally:
            self.running = False
        return wire.CalledBack(call.token, value), packer.body
