"""Python code in colours, by Python's own tokenizer.

Every student's cells are new, so that this runs for each of them: pygments takes four times as long, a good part of
what grading one submission takes outside the jail.
"""

from __future__ import annotations

import builtins
import io
import keyword
import tokenize
from html import escape
from itertools import accumulate

from markupsafe import Markup

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
_CLASSES = {
    kind: name
    for name, kinds in {
        "string": ("STRING", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END"),  # the latter from Python 3.12 on
        "number": ("NUMBER",),
        "comment": ("COMMENT",),
    }.items()
    for kind in (getattr(tokenize, item, None) for item in kinds)
    if kind is not None
}


_LONGEST_LINE = 200
"""Characters: the tokenizer's time grows with the square of a line that is made for it."""


def highlighted(source: str) -> Markup:
    """The source as HTML, with spans of class keyword, name, builtin, string, number and comment.

    From where it is no Python, it stands as it is; a cell with a very long line does so as a whole.
    """
    lengths = [len(line) for line in io.StringIO(source)]
    if max(lengths, default=0) > _LONGEST_LINE:
        return Markup(escape(source))
    starts = [0, *accumulate(lengths)]
    parts = []
    at = 0
    before = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            name = _CLASSES.get(token.type) or (_class_of(token.string, before) if token.type == tokenize.NAME else "")
            before = token.string
            if name:
                start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
                parts.append(f'{escape(source[at:start])}<span class="{name}">{escape(source[start:end])}</span>')
                at = end
    except (tokenize.TokenError, SyntaxError):
        pass
    return Markup("".join(parts) + escape(source[at:]))


def _class_of(word: str, before: str) -> str:
    if keyword.iskeyword(word):
        return "keyword"
    if before in ("def", "class"):
        return "name"
    return "builtin" if word in _BUILTINS and before != "." else ""
