"""Builds sentences on how a result differs from the right one."""

from __future__ import annotations

import re

from autograder.language import gettext, ngettext


def should_be(what: str, right: str, mine: str) -> str:
    """Return a sentence that something should have another value."""
    return gettext("{what} should be {right}, not {mine}", what=what, right=right, mine=mine)


def is_and_should_be(what: str, mine: object, right: object, number: int | None = None) -> str:
    """Return a sentence that something is `mine` and should be `right`; `number` is 1 or 2, by default from `what`."""
    return ngettext(
        "{what} is {mine} and should be {right}",
        "{what} are {mine} and should be {right}",
        number or number_of(what),
        what=what,
        mine=mine,
        right=right,
    )


def other_shape(what: str, mine: tuple[int, ...], right: tuple[int, ...]) -> str:
    """Return a sentence that something has another shape."""
    return ngettext(
        "{what} has shape {mine} and should have {right}",
        "{what} have shape {mine} and should have {right}",
        number_of(what),
        what=what,
        mine=mine,
        right=right,
    )


def number_of(what: str) -> int:
    """Return the grammatical number of a subject: 2 for "the distances", 1 for "the gradient of the weights"."""
    words = re.split(r" (?:of|with|under|after|before|in|for|to|at|by|from)\b|,|\[", what)[0].split()
    head = words[-1].lower() if words else ""
    is_plural = (head.endswith("s") and not head.endswith(("ss", "us", "is", "bias", "alias", "axis"))) or head in (
        "indices",
        "both",
    )
    return 2 if is_plural and len(words) > 1 else 1


def gradient_of(argument: str | int) -> str:
    """Return the name of the gradient of an argument, which is given by its name or number."""
    if isinstance(argument, int):
        return gettext("the gradient of argument {number}", number=argument)
    return gettext("the gradient of {name}", name=argument)


def no_gradient(argument: str | int) -> str:
    """Return a sentence that no gradient reaches an argument."""
    if isinstance(argument, int):
        return gettext("no gradient reaches argument {number}", number=argument)
    return gettext("no gradient reaches {name}", name=argument)
