"""Rephrases pydantic's and YAML's errors in course.yml in plain words, with the fix."""

from __future__ import annotations

from typing import Any

_KINDS = {
    "string_type": "not text; write it in quotes",
    "string_too_short": "is empty; write something",
    "string_pattern_mismatch": "may contain only letters, digits, dots, underscores and hyphens",
    "int_type": "not a whole number",
    "int_parsing": "not a whole number",
    "int_from_float": "not a whole number",
    "float_type": "not a number",
    "float_parsing": "not a number",
    "finite_number": "not a number",
    "missing": "is missing; add it",
}
_BOUNDS = {
    "greater_than": ("gt", "must be more than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
}
_MAPPINGS = {
    "problem_sets": "ps1: {title: Convolution}",
    "limits": "limits: {cell_seconds: 10}",
    "late": "late: {per_day: 10%}",
}


def plain(found: Any, place: list[Any]) -> str:
    """Return the message for one of pydantic's errors.

    Args:
        found: the error, as in `ValidationError.errors()`.
        place: the path of fields to the error.
    """
    kind, context = found["type"], found.get("ctx", {})
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"{words} {context[bound]:g}"
    if kind == "literal_error":
        return f"must be {context['expected'].replace(chr(39), '')}"
    if kind == "too_short":
        return "is empty; add one below it, such as ps1: {title: Convolution}"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        last = str(place[-1]) if place else "course"
        return f"not a mapping; write {_MAPPINGS.get(last, f'{last}: {{title: Convolution}}')}"
    text = str(found["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def yaml(problem: str) -> str:
    """Return the message for one of YAML's errors."""
    if "mapping values are not allowed" in problem:
        return (
            "not YAML: a second colon; put text that contains a colon into quotes, and indent lines of one level alike"
        )
    if "'\\t'" in problem:
        return "not YAML: a tab; indent with spaces"
    if "end of stream" in problem:
        return "not YAML: the file ends within quotes or brackets; close them"
    return f"not YAML: {problem}"
