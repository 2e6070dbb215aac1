"""Evaluates constant string expressions without running code, and detects letters that look like ASCII letters."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Mapping

_METHODS = frozenset(
    "join replace lower upper strip lstrip rstrip format decode encode fromhex removeprefix removesuffix swapcase "
    "capitalize title translate hex".split()
)
_LONGEST = 1000


def text(node: ast.AST, bound: Mapping[str, ast.AST] | None = None) -> str:
    """Return the value of a constant string expression (concatenation, slices, methods); empty if it is not constant.

    Args:
        node: the expression.
        bound: the values of names that are bound exactly once.
    """
    found = _value(node, bound or {}, 8)
    if isinstance(found, bytes):
        return found.decode("utf-8", "replace")
    return found if isinstance(found, str) else ""


def _value(node: ast.AST, bound: Mapping[str, ast.AST], depth: int) -> object:
    if depth < 0:
        return None
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in bound:
            return _value(bound[name], bound, depth - 1)
        case ast.Name(id="str" | "bytes" as name):
            return {"str": str, "bytes": bytes}[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = _value(operand, bound, depth - 1)
            return -number if isinstance(number, int) else None
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            values = [_value(item, bound, depth - 1) for item in elements]
            return None if any(item is None for item in values) else values
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return _value(value, bound, depth - 1)
        case ast.JoinedStr(values=parts):
            values = [_value(item, bound, depth - 1) for item in parts]
            return "".join(map(str, values)) if all(item is not None for item in values) else None
        case ast.Slice(lower=lower, upper=upper, step=step):
            return slice(*(_value(item, bound, depth - 1) if item else None for item in (lower, upper, step)))
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(op, _value(left, bound, depth - 1), _value(right, bound, depth - 1))
        case ast.Subscript(value=value, slice=key):
            return _part(_value(value, bound, depth - 1), _value(key, bound, depth - 1))
        case ast.Call(func=function, args=arguments, keywords=[]):
            values = [_value(item, bound, depth - 1) for item in arguments]
            return None if any(item is None for item in values) else _called(function, values, bound, depth)
    return None


def _combined(op: ast.operator, left: object, right: object) -> object:
    try:
        if isinstance(op, ast.Add) and isinstance(left, str | bytes) and type(left) is type(right):
            return left + right  # type: ignore[operator]
        if isinstance(op, ast.Mod) and isinstance(left, str):
            return left % (tuple(right) if isinstance(right, list) else right)
    except (TypeError, ValueError):
        pass
    return None


def _part(value: object, key: object) -> object:
    if isinstance(value, str | bytes | list) and isinstance(key, int | slice):
        try:
            return value[key]
        except (IndexError, TypeError, ValueError):
            return None
    return None


def _called(function: ast.AST, values: list[object], bound: Mapping[str, ast.AST], depth: int) -> object:
    try:
        match function:
            case ast.Name(id="chr") if len(values) == 1 and isinstance(values[0], int):
                return chr(values[0])
            case ast.Name(id="str") if len(values) == 1 and isinstance(values[0], str | int):
                return str(values[0])
            case ast.Name(id="bytes") if len(values) == 1 and isinstance(values[0], list):
                return bytes(values[0])
            case ast.Name(id="reversed") if len(values) == 1 and isinstance(values[0], str | list):
                return list(reversed(values[0]))
            case ast.Attribute(value=value, attr=method) if method in _METHODS:
                owner = _value(value, bound, depth - 1)
                if isinstance(owner, str | bytes) or owner in (str, bytes):
                    made = getattr(owner, method)(*values)
                    return made if not isinstance(made, str | bytes) or len(made) <= _LONGEST else None
    except Exception:  # the arguments come from student code, and may raise anything
        return None
    return None


def is_disguised(text: str) -> bool:
    """Return whether the text contains letters that Python normalizes to ASCII letters in names: 𝖻 to b."""
    return not text.isascii() and any(
        any(letter.isascii() and letter.isalnum() for letter in unicodedata.normalize("NFKC", character))
        for character in set(text)
        if not character.isascii()
    )
