"""Python code in colours, word by word; what is no Python keeps its text like all else.

Every student's cells are new, so that this runs for each of them: pygments takes ten times as long, Python's own
tokenizer three times, a good part of what grading one submission takes outside the jail.
"""

from __future__ import annotations

import builtins
import keyword
import re
from html import escape

from markupsafe import Markup

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
# No part of it can match in two ways, so that its time grows with the text alone, whoever has written it.
_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\n]* )
    | (?P<string> (?:[rbuf]|rb|br|rf|fr)?
        (?: \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* (?: \"{3} | \\? \Z )
          | '{3}  [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* (?: '{3}  | \\? \Z )
          | "     [^"\\\n]* (?: \\. [^"\\\n]* )* "?
          | '     [^'\\\n]* (?: \\. [^'\\\n]* )* '?
        ) )
    | (?P<number> \.?\d (?: e[+-] | [\w.] )* )
    | (?P<word> \w+ )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def highlighted(source: str) -> Markup:
    """The source as HTML, with spans of class keyword, name, builtin, string, number and comment."""
    parts = []
    at = 0
    before = ""
    for token in _TOKEN.finditer(source):
        kind, text, start = token.lastgroup, token[0], token.start()
        if kind == "word":
            kind = _class_of(text, before, source[start - 1 : start])
            before = text
        if kind:
            parts.append(f'{escape(source[at:start])}<span class="{kind}">{escape(text)}</span>')
            at = token.end()
    return Markup("".join(parts) + escape(source[at:]))


def _class_of(word: str, before: str, sign: str) -> str:
    """The class of a word, by the word before it and the sign next to it."""
    if keyword.iskeyword(word):
        return "keyword"
    if before in ("def", "class"):
        return "name"
    return "builtin" if word in _BUILTINS and sign != "." else ""
