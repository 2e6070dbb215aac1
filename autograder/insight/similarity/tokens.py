"""Tokenizes students' code so that renaming variables and changing the layout makes no difference.

Text that is not valid Python is tokenized as well. The time is linear in the length.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Collection
from dataclasses import dataclass

from autograder.notebook.lexing import LEXEMES, WORDS

MAX_LETTERS = 20_000
"""Longer code is truncated, in characters; a typical solution has some hundred."""

_KNOWN = frozenset([*keyword.kwlist, *dir(builtins), "torch", "nn", "np", "numpy", "math", "self"])


@dataclass(frozen=True)
class Token:
    """A normalized token, and the line it begins in, counted from 0."""

    text: str
    line: int


def tokens(source: str, given: Collection[str] = ()) -> list[Token]:
    """Return the tokens of `source`, without comments, whitespace and docstrings.

    A string becomes `S` and a name of the student's own `N`. Names of Python and torch, attributes, keyword arguments
    and the names in `given` are kept.

    Args:
        source: the code.
        given: the names in the release.
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
    """Return all names in `source`."""
    return {match[0] for match in WORDS.finditer(source[:MAX_LETTERS]) if match.lastgroup == "word"}


def _is_docstring(before: list[Token], source: str, start: int) -> bool:
    """Return whether a string is a docstring: it begins a line, and follows a colon or nothing."""
    return not source[source.rfind("\n", 0, start) + 1 : start].strip() and (not before or before[-1].text == ":")
