"""Compares cells, ignoring invisible differences, and finds the names that a cell defines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_DEFINED = re.compile(r"(?m)^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)")


@lru_cache(maxsize=1024)  # most cells of a notebook recur in the next one
def plain(source: str) -> str:
    """Return a cell's text without differences that editors make: trailing spaces, and blank lines at both ends."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def is_same(one: str, other: str) -> bool:
    """Return whether two cells have no visible difference."""
    return one == other or plain(one) == plain(other)


def defined_names(source: str) -> set[str]:
    """Return the names that a cell defines, judging by the beginnings of its lines.

    The text is not parsed, since it is read in the process that serves the whole class, which odd code must not stop.
    """
    return {function or variable for function, variable in _DEFINED.findall(source)}


def superseded_stubs(marked: int | None, is_stub: bool, own: Mapping[int, bool], examples: int | None) -> set[int]:
    """Return the positions of an exercise's stubs that must not run, since they would rebind the answer's name.

    Args:
        marked: the position of the released cell for the answer; None if it is missing.
        is_stub: whether that cell is unchanged.
        own: the positions of the student's own cells that define the name, and whether each is a copy of the stub.
        examples: the position of the examples, before which the answer must be defined; None if they are missing.
    """
    answers = [place for place, copied in own.items() if not copied]
    if not answers and (marked is None or is_stub):
        return set()
    found = {place for place, copied in own.items() if copied}
    if marked is not None and is_stub and not any(marked < place < (examples or marked) for place in answers):
        found.add(marked)
    return found
