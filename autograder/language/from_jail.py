"""Translates the engine's own sentences that come from the jail, which has no catalogues, into the student's language.

On a student's machine some of them come from the process that runs the notebook.

Text from the jail may be the student's own: a text that matches none of our templates is returned unchanged, and the
variable parts of ours are used as values only.
"""

from __future__ import annotations

import re
from functools import cache

from . import ENGLISH, current, gettext, gettext_noop

_UNSENT = (
    gettext_noop("it is too large"),
    gettext_noop("a column that holds a {kind} cannot travel"),
    gettext_noop("a column of dtype {dtype} cannot travel"),
    gettext_noop("a table of pandas, which this course does not name among its packages"),
    gettext_noop("a table of {columns} columns, at most {most}"),
    gettext_noop("containers nested more than {depth} deep, or containing themselves"),
    gettext_noop("containers nested more than {depth} deep"),
    gettext_noop("{size} bytes of values, at most {most}"),
    gettext_noop("a tensor of dtype {dtype} on {device} cannot travel"),
    gettext_noop("a tensor of layout {layout} cannot travel"),
    gettext_noop("a sparse tensor that requires a gradient cannot travel"),
    gettext_noop("an object where only tensors are allowed"),
    gettext_noop("values of over {most} bytes"),
    gettext_noop("an object where only plain data is allowed"),
    gettext_noop("an instance of {name} with other fields than its class has"),
    gettext_noop("plain data that is no {name}: {why}"),
)
_RAISED = (
    gettext_noop("an iterator of over {most} items"),
    gettext_noop("no thread can be started while a check runs: its calls could not be seen"),
    gettext_noop("(its message cannot be shown)"),
)
_HIDDEN = (
    gettext_noop("the watch was taken off the stack of modes"),
    gettext_noop("the stack of modes was changed"),
    gettext_noop("the trace function was taken away"),
    gettext_noop("something else records"),
    gettext_noop("a function was called and not seen"),
    gettext_noop("an operation was run and not recorded"),
    gettext_noop("{function} was called"),
)
_SHOWN = (
    gettext_noop("[the output limit is reached; what follows is left out]"),
    gettext_noop("[what this cell shows is too large, and is left out]"),
    gettext_noop("[left out: {line}: cells are graded where there is no shell, and nothing can be installed]"),
    gettext_noop("[left out: {line}: there is no such magic where cells are graded]"),
    gettext_noop("[left out: {line}: {why}]"),
)
_PLACE = re.compile(r"\\\{(\w+)\\\}")
_LONGEST = 1000


def unsent(text: str) -> str:
    """Return why a value could not be sent, in the student's language."""
    return _translated(text, _UNSENT)


def raised(text: str) -> str:
    """Return an exception's message, in the student's language if it is one of the jail's own."""
    return _translated(text, _RAISED)


def hidden(text: str) -> str:
    """Return the sign that something hides calls, in the student's language."""
    return _translated(text, _HIDDEN)


def shown(text: str) -> str:
    """Return a cell's output, with remarks of the jail in the student's language."""
    if current() == ENGLISH or "[" not in text:
        return text
    return "\n".join(_translated(line, _SHOWN) for line in text.split("\n"))


def _translated(text: str, templates: tuple[str, ...]) -> str:
    if current() == ENGLISH or len(text) > _LONGEST:
        return text
    for template in templates:
        if match := _pattern(template).fullmatch(text):
            return gettext(template, **match.groupdict())
    return text


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(template)))
