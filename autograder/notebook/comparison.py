"""Compares cells by what a person would see of them, and tells which names a cell defines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_DEFINED = re.compile(r"(?m)^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)")


@lru_cache(maxsize=1024)  # most cells of a notebook are the same in the next one
def plain(source: str) -> str:
    """A cell's text without what editors change in it: blanks at the ends of lines, blank lines at its ends."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def is_same(one: str, other: str) -> bool:
    """Whether two cells differ in nothing that a person would see."""
    return one == other or plain(one) == plain(other)


def defined_names(source: str) -> set[str]:
    """The names that a cell defines, as far as the beginnings of its lines show.

    The text is not parsed: it is read in the process that serves the whole class, where odd code must not end anything.
    """
    return {function or variable for function, variable in _DEFINED.findall(source)}


def superseded_stubs(marked: int | None, is_stub: bool, own: Mapping[int, bool], examples: int | None) -> set[int]:
    """The places of an exercise's stubs that must not run, since they would take the name from the answer.

    Args:
        marked: the place of the cell that asks for the answer; None where it is gone.
        is_stub: whether that one is as it was given out.
        own: the places of cells of the student's own that define the name, and whether each is a copy of the stub.
        examples: the place of the examples, by which the answer must be there; None where they are gone.
    """
    answers = [place for place, copied in own.items() if not copied]
    if not answers and (marked is None or is_stub):
        return set()
    found = {place for place, copied in own.items() if copied}
    if marked is not None and is_stub and not any(marked < place < (examples or marked) for place in answers):
        found.add(marked)
    return found
