"""Runs in the jail and outside it: instances of dataclasses as their fields, and of other classes as plain data.

A class is known to both sides by the name of its module, which is a file that students get. Its instances are never
constructed by calling it, and never compared or shown here; only the fields of the dataclass travel.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any

from .. import wire

MAX_NAME = 200
"""The maximum length of the name of a class, in characters."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """A class whose instances are sent by value: by their fields, or as plain data by two functions."""

    name: str
    of: type
    to_plain: Callable[[Any], Any] | None = None
    from_plain: Callable[[Any], Any] | None = None


class Records:
    """The classes whose instances are sent by value.

    Args:
        kinds: the classes.
        other: makes the value of a record of any other class, from its name and fields; without it there are none.
        fields_of_other: returns name and fields of such a value; None if it is another value.
    """

    def __init__(
        self,
        kinds: Iterable[Kind] = (),
        other: Callable[[str, dict[str, Any]], Any] | None = None,
        fields_of_other: Callable[[Any], tuple[str, Mapping[str, Any]] | None] = lambda value: None,
    ) -> None:
        self._by_class = {kind.of: kind for kind in kinds}
        self._by_name = {kind.name: kind for kind in self._by_class.values()}
        self._other = other
        self._fields_of_other = fields_of_other

    def __bool__(self) -> bool:
        return bool(self._by_class)

    def parts(self, value: Any, every: bool = False) -> tuple[str, Mapping[str, Any] | tuple[Any]] | None:
        """Return the name of a value's class with its fields, or with its plain data in a tuple; None for another one.

        Args:
            value: the value.
            every: whether the instances of all dataclasses are sent by their fields.
        """
        kind = self._by_class.get(type(value))
        if kind is not None and kind.to_plain is not None:
            return kind.name, (kind.to_plain(value),)
        if kind is not None:
            return kind.name, fields(value)
        if every and is_instance(value):
            name = type(value).__qualname__
            return (name if type(name) is str else "")[:MAX_NAME], fields(value)
        return self._fields_of_other(value)

    def made(self, name: str, given: dict[str, Any]) -> Any:
        """Return the instance with these fields.

        Raises:
            WireError: the class has other fields, or there is no such class.
        """
        kind = self._by_name.get(name)
        if kind is None or kind.to_plain is not None:
            if self._other is None or len(name) > MAX_NAME:
                raise wire.WireError("a record of an unknown class")
            return self._other(name, given)
        if given.keys() != {field.name for field in dataclasses.fields(kind.of)}:
            raise wire.WireError(f"an instance of {name} with other fields than its class has")
        made: Any = object.__new__(kind.of)
        for key, item in given.items():
            object.__setattr__(made, key, item)
        return made

    def decoded(self, name: str, plain: Any) -> Any:
        """Return the instance that the course's function makes of plain data.

        Raises:
            WireError: the function raises an exception, makes another value, or there is no such class.
        """
        kind = self._by_name.get(name)
        if kind is None or kind.from_plain is None:
            return self.made(name, {"": plain})
        try:
            made = kind.from_plain(plain)
        except Exception as error:
            why = " ".join(str(error).split())[:150]
            raise wire.WireError(f"plain data that is no {name}: {type(error).__name__}: {why}") from None
        if type(made) is not kind.of:
            raise wire.WireError(f"plain data that is no {name}: another type")
        return made

    def is_known(self, name: str) -> bool:
        """Return whether a class of this name is sent by value."""
        return name in self._by_name


NONE = Records()


def is_instance(value: Any) -> bool:
    """Return whether a value is an instance of a dataclass; only its class is asked."""
    return isinstance(getattr(type(value), "__dataclass_fields__", None), dict)


def fields(value: Any) -> dict[str, Any]:
    """Return the fields of an instance of a dataclass, as they are stored; its `__getattribute__` is not asked.

    Raises:
        AttributeError: a field is missing.
    """
    return {field.name: object.__getattribute__(value, field.name) for field in dataclasses.fields(value)}


def found(codecs: Iterable[wire.Codec]) -> Records:
    """Return the classes that the other side names, of modules that can be imported here; others are left out."""
    kinds: list[Kind] = []
    for codec in codecs:
        try:
            module = importlib.import_module(codec.module)
            of, to_plain, from_plain = (
                reduce(getattr, name.split("."), module) if name else None
                for name in (codec.name, codec.to_plain, codec.from_plain)
            )
        except Exception:
            continue
        if isinstance(of, type):
            kinds.append(Kind(f"{codec.module}.{codec.name}", of, to_plain, from_plain))
    return Records(kinds)


def is_imported(codec: wire.Codec, of: type) -> bool:
    """Return whether a class is the one that its module, as it is imported now, has under its name."""
    found: Any = sys.modules.get(codec.module)
    for name in codec.name.split("."):
        found = getattr(found, name, None)
    return found is of
