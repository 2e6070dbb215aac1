"""Formats sentences with values; in Chinese, with spaces between Chinese characters and Latin words or numbers only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

_IDEOGRAPH = "[\u3400-\u9fff]"
_CHINESE = re.compile(_IDEOGRAPH)
_NEEDS_BLANK = re.compile(f"{_IDEOGRAPH}[0-9A-Za-z_]|[0-9A-Za-z_]{_IDEOGRAPH}")
_FORMATTER = Formatter()


def filled(template: str, values: Mapping[str, object]) -> str:
    """Return a template of str.format with its values filled in.

    In a Chinese template, a space is added where a value begins or ends with a letter or a digit next to a Chinese
    character, and removed between two Chinese characters.
    """
    if not _CHINESE.search(template):
        return template.format(**values)
    made = ""
    for literal, field, spec, conversion in _FORMATTER.parse(template):
        made = _beside(made, literal)
        if field is not None:
            value, _ = _FORMATTER.get_field(field, (), values)
            made = _beside(made, format(_FORMATTER.convert_field(value, conversion), spec or ""))
    return made


def _beside(before: str, after: str) -> str:
    """Return the concatenation of two texts, one a part of a template and the other a value."""
    first, second = before.rstrip(" "), after.lstrip(" ")
    if _CHINESE.match(first[-1:]) and _CHINESE.match(second[:1]):
        return first + second
    return f"{before} {after}" if _NEEDS_BLANK.match(before[-1:] + after[:1]) else before + after
