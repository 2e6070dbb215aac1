"""Functions that give None back because a `return` is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)
_CALLED = ("forward", "__call__")
"""The methods of a class that are called like a function."""
_NONE = re.compile(r"\bNone(Type)?\b")


def without_return(definition: ast.AST, error: str, used_in: Sequence[ast.AST], name: str) -> bool:
    """Return whether a missing `return` explains an error in the code that calls a function or class.

    Args:
        definition: of the function or class.
        error: what the error says.
        used_in: the code that calls it.
        name: by which that code calls it.
    """
    speaks_of_none = bool(_NONE.search(error))
    if not isinstance(definition, _FUNCTIONS):
        return speaks_of_none and any(_falls_through(method) for method in _methods(definition))
    # A function that changes its argument in place gives None back rightly: its result must be used.
    # Where the error says nothing of None, no call may have given anything else.
    used = any(_uses(code, name) for code in used_in)
    return used and _falls_through(definition) and (speaks_of_none or not _returned(definition))


def _methods(definition: ast.AST) -> list[ast.AST]:
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return [item for item in body if isinstance(item, _FUNCTIONS) and item.name in _CALLED]


def _falls_through(function: ast.AST) -> bool:
    """Whether the last line can be passed without a `return`; never of a generator."""
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(function)):
        return False
    return not _ends(getattr(function, "body", []))


def _returned(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Return) and node.value is not None for node in _own(function))


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """What is within a function, but for what is within functions in it."""
    for part in ast.iter_child_nodes(node):
        yield part
        if not isinstance(part, _SCOPES):
            yield from _own(part)


def _uses(code: ast.AST, name: str) -> bool:
    """Whether the code does something with what a call of `name` gives."""
    alone = {id(node.value) for node in ast.walk(code) if isinstance(node, ast.Expr)}
    calls = [node for node in ast.walk(code) if isinstance(node, ast.Call) and id(node) not in alone]
    return any(isinstance(call.func, ast.Name) and call.func.id == name for call in calls)


def _ends(body: Sequence[ast.stmt]) -> bool:
    """Whether a block never runs on to what stands below it."""
    return any(map(_leaves, body))


def _leaves(statement: ast.stmt) -> bool:
    match statement:
        case ast.Return() | ast.Raise():
            return True
        case ast.If():
            return _ends(statement.body) and _ends(statement.orelse)
        case ast.With() | ast.AsyncWith():
            return _ends(statement.body)
        case ast.Try():
            tried = _ends(statement.body) or _ends(statement.orelse)
            return _ends(statement.finalbody) or (tried and all(_ends(part.body) for part in statement.handlers))
        case ast.While():
            always = isinstance(statement.test, ast.Constant) and bool(statement.test.value)
            return always and not any(isinstance(node, ast.Break) for node in ast.walk(statement))
        case ast.Match():
            last = statement.cases[-1]
            whole = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
            return whole and all(_ends(part.body) for part in statement.cases)
    return False
