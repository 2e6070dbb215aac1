"""Highlights Python code, token by token; text that is not Python is kept unchanged.

Every student's cells are new, so this runs for each of them and has to be fast.
"""

from __future__ import annotations

import builtins
import keyword
from html import escape

from markupsafe import Markup

from autograder.notebook.lexing import WORDS

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


def highlighted(source: str) -> Markup:
    """Return the source as HTML, with spans of class keyword, name, builtin, string, number and comment."""
    parts = []
    at = 0
    before = ""
    for token in WORDS.finditer(source):
        kind, text, start = token.lastgroup, token[0], token.start()
        if kind == "word":
            kind = _class_of(text, before, source[start - 1 : start])
            before = text
        if kind:
            shown = text if text.isalnum() else escape(text, quote=False)
            parts.append(f'{escape(source[at:start], quote=False)}<span class="{kind}">{shown}</span>')
            at = token.end()
    return Markup("".join(parts) + escape(source[at:], quote=False))


def _class_of(word: str, before: str, sign: str) -> str:
    """Return the class of a word from the word before it and the character next to it."""
    if keyword.iskeyword(word):
        return "keyword"
    if before in ("def", "class"):
        return "name"
    return "builtin" if word in _BUILTINS and sign != "." else ""
