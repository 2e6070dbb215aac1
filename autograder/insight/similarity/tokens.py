"""A student's code as tokens that are the same whatever its variables are called and however it is laid out.

Whatever is no Python is words and signs all the same, and the time is in proportion to the length.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Collection
from dataclasses import dataclass

from autograder.notebook.lexing import LEXEMES, WORDS

MAX_LETTERS = 20_000
"""What is longer is cut: a solution is some hundred letters long."""

_KNOWN = frozenset([*keyword.kwlist, *dir(builtins), "torch", "nn", "np", "numpy", "math", "self"])


@dataclass(frozen=True)
class Token:
    """A token as it is compared, and the line that it begins in, from 0."""

    text: str
    line: int


def tokens(source: str, given: Collection[str] = ()) -> list[Token]:
    """The tokens of `source`; comments, layout and docstrings are none.

    A name that only this code knows is `N`, a text `S`. Names that others know as well stay: those of Python and torch,
    attributes, keyword arguments, and what is in `given`, the names of the release.
    """
    found: list[Token] = []
    line = depth = 0
    source = source[:MAX_LETTERS]
    for match in LEXEMES.finditer(source):
        kind, text = match.lastgroup, match[0]
        if kind == "string" and not _is_docstring(found, source, match.start()):
            found.append(Token("S", line))
        elif kind == "word":
            after = source[match.end() : match.end() + 40].lstrip()
            argument = depth > 0 and after.startswith("=") and not after.startswith("==")
            attribute = bool(found) and found[-1].text == "."
            stays = attribute or argument or text in _KNOWN or text in given
            found.append(Token(text if stays else "N", line))
        elif kind in ("number", "sign"):
            depth = max(0, depth + (text in "([{") - (text in ")]}"))
            found.append(Token(text, line))
        line += text.count("\n")
    return found


def names(source: str) -> set[str]:
    """All names in `source`."""
    return {match[0] for match in WORDS.finditer(source[:MAX_LETTERS]) if match.lastgroup == "word"}


def _is_docstring(before: list[Token], source: str, start: int) -> bool:
    """Whether a text begins a line and stands after a colon or at the very top: it says something, and does nothing."""
    return not source[source.rfind("\n", 0, start) + 1 : start].strip() and (not before or before[-1].text == ":")
