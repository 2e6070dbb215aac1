"""Detects functions that return None because a `return` is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)
_CALLED = ("forward", "__call__")
"""The methods that are called by calling an instance."""
_NONE = re.compile(r"\bNone(Type)?\b")


def without_return(definition: ast.AST, error: str, used_in: Sequence[ast.AST], name: str) -> bool:
    """Return whether a missing `return` explains an error in the code that calls a function or class.

    Args:
        definition: the definition of the function or class.
        error: the error's message.
        used_in: the code that calls it.
        name: the name by which that code calls it.
    """
    speaks_of_none = bool(_NONE.search(error))
    if not isinstance(definition, _FUNCTIONS):
        return speaks_of_none and any(_falls_through(method) for method in _methods(definition))
    # A function that changes its argument in place rightly returns None, so its result must be used. If the error
    # does not mention None, no `return` of the function may have a value.
    used = any(_uses(code, name) for code in used_in)
    return used and _falls_through(definition) and (speaks_of_none or not _returned(definition))


def _methods(definition: ast.AST) -> list[ast.AST]:
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return [item for item in body if isinstance(item, _FUNCTIONS) and item.name in _CALLED]


def _falls_through(function: ast.AST) -> bool:
    """Return whether control can reach a function's end without a `return`; always False for a generator."""
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(function)):
        return False
    return not _ends(getattr(function, "body", []))


def _returned(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Return) and node.value is not None for node in _own(function))


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes within a function, without the contents of functions, classes and lambdas in it."""
    for part in ast.iter_child_nodes(node):
        yield part
        if not isinstance(part, _SCOPES):
            yield from _own(part)


def _uses(code: ast.AST, name: str) -> bool:
    """Return whether the code uses the result of a call of `name`."""
    alone = {id(node.value) for node in ast.walk(code) if isinstance(node, ast.Expr)}
    calls = [node for node in ast.walk(code) if isinstance(node, ast.Call) and id(node) not in alone]
    return any(isinstance(call.func, ast.Name) and call.func.id == name for call in calls)


def _ends(body: Sequence[ast.stmt]) -> bool:
    """Return whether control never reaches the end of a block."""
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
