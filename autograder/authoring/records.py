"""Dataclasses of student code in checks: read as plain records, or sent by value if their module is the course's own.

What comes from student code is a name and fields, and decides nothing about itself: no method of a student's class is
called to read, compare or show it.
"""

from __future__ import annotations

import copy
import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from autograder.language import gettext

from .difference import Difference
from .wording import should_be

_Class = TypeVar("_Class", bound=type)


class Record:
    """The name of a dataclass and the values of its fields: `Record("Point", x=1, y=2).x` is 1. Unchangeable."""

    __slots__ = ("__fields", "__name")

    def __init__(self, name: str, /, **fields: Any) -> None:
        object.__setattr__(self, "_Record__name", name)
        object.__setattr__(self, "_Record__fields", fields)

    def __getattr__(self, field: str) -> Any:
        """Return the value of a field."""
        if field.startswith("__") or field not in self.__fields:
            raise AttributeError(f"{self.__name} has no field {field}")
        return self.__fields[field]

    def __setattr__(self, field: str, value: Any) -> None:
        raise AttributeError("a record cannot be changed")

    def __delattr__(self, field: str) -> None:
        raise AttributeError("a record cannot be changed")

    def __eq__(self, other: object) -> bool:
        return type(other) is Record and parts(self) == parts(other)

    def __deepcopy__(self, memo: Any) -> Record:
        return self

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return shown(self, repr)


@dataclasses.dataclass(frozen=True)
class Codec:
    """A class whose instances are sent by value."""

    of: type
    to_plain: Callable[[Any], Any] | None = None
    from_plain: Callable[[Any], Any] | None = None


_registered: dict[type, Codec] = {}
"""The classes that the imported checks have registered."""


def codec(
    of: _Class, to_plain: Callable[[Any], Any] | None = None, from_plain: Callable[[Any], Any] | None = None
) -> _Class:
    """Send the instances of a class by value, as arguments and as results; the class is returned.

    >>> import shop                      # solutions/<ps>/files/shop.py
    >>> codec(shop.Order)                # a dataclass, by its fields
    >>> codec(shop.Grid, shop.plain_of_grid, shop.grid_of_plain)

    The class and the functions are those of a helper module that students get, since both sides need them; in the jail
    they come from the module there. Fields and plain data are whatever a check can send, except objects of the student;
    tensors in them carry no gradient. No constructor is called for a dataclass: its fields are set as they are.

    Args:
        of: the class, not one of the check's own file.
        to_plain: a function that returns plain data for an instance.
        from_plain: a function that returns the instance for such data. Outside the jail it gets what student code
            sends: it must do no more than compute, and raise an exception for what is not valid.

    Raises:
        ValueError: the class is no dataclass and has no functions, or something is not of a helper module.
    """
    if (to_plain is None) != (from_plain is None):
        raise ValueError("codec() takes both functions, or none for a dataclass")
    if to_plain is None and not (dataclasses.is_dataclass(of) and of.__new__ is object.__new__):
        raise ValueError(f"{of.__name__} is not a plain dataclass; give codec() two functions of its module")
    own = sys._getframe(1).f_globals.get("__name__")
    given: list[Any] = [item for item in (of, to_plain, from_plain) if item is not None]
    for item in given:
        if item.__module__ != of.__module__ or item.__module__ == own or "<" in item.__qualname__:
            raise ValueError(f"{item.__qualname__}: codec() takes what a helper module in files/ defines")
    _registered[of] = Codec(of, to_plain, from_plain)
    return of


def registered() -> Iterator[Codec]:
    """Yield the classes that are sent by value."""
    yield from list(_registered.values())


def record(value: Any) -> Any:
    """Return a student's dataclass as a `Record`, also within lists, tuples and dicts; other values as they are.

    >>> assert_equal(record(student.shift(p)), Record("Point", x=2, y=3))

    The fields are read in the jail as they are stored; the methods of the class play no part.
    """
    remote = getattr(type(value), "_record", None)
    if remote is not None:
        return remote(value)
    if type(value) in (list, tuple):
        return type(value)(map(record, value))
    if type(value) is dict:
        return {key: record(item) for key, item in value.items()}
    if is_record(value) and type(value) is not Record and type(value) not in _registered:
        name, fields = parts(value)
        return Record(name, **{key: record(item) for key, item in fields.items()})
    return value


def is_record(value: Any) -> bool:
    """Return whether a value of this process is a record, an instance of a dataclass, or of a registered class."""
    known = type(value) is Record or type(value) in _registered
    return known or (dataclasses.is_dataclass(value) and not isinstance(value, type))


def parts(value: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the name of a record's class, and its fields; of a dataclass without those that are not compared.

    An instance that is sent as plain data has this as its only field, without a name.
    """
    if type(value) is Record:
        return value._Record__name, value._Record__fields
    codec_of = _registered.get(type(value))
    if codec_of is not None and codec_of.to_plain is not None:
        return type(value).__qualname__, {"": codec_of.to_plain(value)}
    found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.compare}
    return type(value).__qualname__, found


def copy_of_record(value: Any) -> Any:
    """Return a copy of an instance of a dataclass, which called code may change; other values as they are."""
    with suppress(Exception):  # a field may be an object of the student
        return copy.deepcopy(value) if is_record(value) and type(value) is not Record else value
    return value


def compare(
    actual: Any, expected: Any, what: str, each: Callable[..., None], shown_value: Callable[[Any], str]
) -> None:
    """Compare a student's value with an expected record or instance, field by field.

    Args:
        actual: the student's value.
        expected: the record or instance.
        what: the subject of the message.
        each: compares two fields; takes `what=`.
        shown_value: returns a short text for a value.

    Raises:
        Difference: they are of classes of other names, or a field differs.
    """
    mine = actual if isinstance(actual, list | tuple | dict) else record(actual)
    name, right = parts(expected)
    if not is_record(mine) or _last(parts(mine)[0]) != _last(name):
        raise Difference(should_be(what, shown(expected, shown_value), shown_value(mine)))
    is_of_course = type(expected) in _registered or type(mine) in _registered
    if is_of_course and not isinstance(expected, Record) and type(mine) is not type(expected):
        module = type(expected).__module__
        right_kind = gettext("an instance of the class {name} of {module}", name=_last(name), module=module)
        raise Difference(should_be(what, right_kind, shown_value(mine)))
    found = parts(mine)[1]
    if type(mine) is Record and type(expected) is not Record:  # fields that are not compared are left out
        declared = {field.name for field in dataclasses.fields(expected)}
        found = {key: item for key, item in found.items() if key in right or key not in declared}
    if found.keys() != right.keys():
        lacking = ", ".join(map(repr, sorted(right)))
        raise Difference(
            should_be(what, gettext("a record with the fields {fields}", fields=lacking), shown_value(mine))
        )
    for key, item in right.items():
        each(found[key], item, what=f"{what}.{key}" if key else what)


def shown(value: Any, shown_value: Callable[[Any], str]) -> str:
    """Return a short text for a record or an instance."""
    name, fields = parts(value)
    name = "".join(letter for letter in _last(name) if letter.isprintable())[:40] or "?"
    items = [f"{key[:40]}={shown_value(item)}" if key else shown_value(item) for key, item in list(fields.items())[:8]]
    text = ", ".join(items + ["..."] * (len(fields) > 8))
    return f"{name}({''.join(letter for letter in text if letter.isprintable())[:200]})"


def _last(name: str) -> str:
    return name.rpartition(".")[2]
