"""The classes of a course whose instances are sent by value, as this side knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.authoring import records
from autograder.jail.inside import values, wire


def codecs() -> list[wire.Codec]:
    """Return the names of the classes that the imported checks have registered, for the student's process."""
    return [codec for codec, _ in _registered()]


def outside() -> values.Records:
    """Return the classes that the imported checks have registered; any other record becomes a plain `Record`."""
    kinds = [
        values.Kind(f"{codec.module}.{codec.name}", found.of, found.to_plain, found.from_plain)
        for codec, found in _registered()
    ]
    return values.Records(kinds, _record, _fields)


def _registered() -> list[tuple[wire.Codec, records.Codec]]:
    """Return the classes of the modules as they are imported now: two problem sets may have modules of one name."""
    made = []
    for found in records.registered():
        functions = [item.__qualname__ if item else "" for item in (found.to_plain, found.from_plain)]
        codec = wire.Codec(found.of.__module__, found.of.__qualname__, *functions)
        if values.is_imported(codec, found.of):
            made.append((codec, found))
    return made


def _record(name: str, fields: dict[str, Any]) -> records.Record:
    return records.Record(name, **fields)


def _fields(value: Any) -> tuple[str, Mapping[str, Any]] | None:
    return records.parts(value) if type(value) is records.Record else None
