"""Rephrases pydantic's and YAML's errors in course.yml in plain words, with their line and the fix."""

from __future__ import annotations

from typing import Any

from yaml import MappingNode, Node

from autograder.errors import AutograderError
from autograder.language.staff import for_staff, for_staff_noop

from .layout import COURSE_FILE

_KINDS = {
    "string_type": for_staff_noop("not text; write it in quotes"),
    "string_too_short": for_staff_noop("is empty; write something"),
    "string_pattern_mismatch": for_staff_noop("may contain only letters, digits, dots, underscores and hyphens"),
    "int_type": for_staff_noop("not a whole number"),
    "int_parsing": for_staff_noop("not a whole number"),
    "int_from_float": for_staff_noop("not a whole number"),
    "float_type": for_staff_noop("not a number"),
    "float_parsing": for_staff_noop("not a number"),
    "finite_number": for_staff_noop("not a number"),
    "missing": for_staff_noop("is missing; add it"),
}
_BOUNDS = {
    "greater_than": ("gt", for_staff_noop("must be more than {bound:g}")),
    "greater_than_equal": ("ge", for_staff_noop("must be at least {bound:g}")),
    "less_than": ("lt", for_staff_noop("must be less than {bound:g}")),
    "less_than_equal": ("le", for_staff_noop("must be at most {bound:g}")),
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
        return for_staff(_KINDS[kind])
    if kind in _BOUNDS:
        bound, template = _BOUNDS[kind]
        return for_staff(template, bound=context[bound])
    if kind == "literal_error":
        return for_staff("must be {values}", values=context["expected"].replace("'", ""))
    if kind == "too_short":
        return for_staff("is empty; add one below it, such as {example}", example=_MAPPINGS["problem_sets"])
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        last = str(place[-1]) if place else "course"
        example = _MAPPINGS.get(last, f"{last}: {{title: Convolution}}")
        return for_staff("not a mapping; write {example}", example=example)
    text = str(found["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def yaml(problem: str) -> str:
    """Return the message for one of YAML's errors."""
    if "mapping values are not allowed" in problem:
        return for_staff(
            "not YAML: a second colon; put text that contains a colon into quotes, and indent lines of one level alike"
        )
    if "'\\t'" in problem:
        return for_staff("not YAML: a tab; indent with spaces")
    if "end of stream" in problem:
        return for_staff("not YAML: the file ends within quotes or brackets; close them")
    return for_staff("not YAML: {why}", why=problem)


def mistake(line: int, what: str) -> AutograderError:
    """Return the error that course.yml has a mistake in a line; `what` is in staff's language."""
    what = "".join(letter if letter.isprintable() else " " for letter in what)[:400]
    return AutograderError("{file}:{line}: {what}", file=COURSE_FILE, line=line, what=what)


def line_of(node: Node | None, place: list[Any]) -> int:
    """Return the line, counted from 1, of the field at a path below a node; the closest one above if it is missing."""
    line = 1
    for part in place:
        if not isinstance(node, MappingNode):
            break
        pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
        if pair is None:
            break
        line, node = pair[0].start_mark.line + 1, pair[1]
    return line
