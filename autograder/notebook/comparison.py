"""Compares cells by what a person would see of them, and tells which names a cell defines."""

from __future__ import annotations

import re

_DEFINED = re.compile(r"(?m)^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)")


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
