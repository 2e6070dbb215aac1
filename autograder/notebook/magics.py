"""Transforms a cell with IPython's magics, shell commands and help requests into statements for static analysis."""

from __future__ import annotations

import ast
import re

_LIKE_MAGIC = re.compile(r"(?m)^[ \t]*[%!?,;/>]|=[ \t]*[%!]|\?[ \t]*$")
_MOST = 2_000_000
"""Maximum number of characters for IPython to process, times the lines that it changes; these take some seconds."""
_LINE = re.compile(r"(?m)^([ \t]*)([%!?].*)$")
_OPTIONS = re.compile(r"^(?:-\w+[ \t]*\d*[ \t]+)+")
_DEPTH = 3


def statements(source: str, depth: int = 0) -> list[ast.stmt]:
    """Return the statements of a cell that is not plain Python; empty if IPython cannot transform it either.

    Code that a magic runs (`%time x = f()`, the cell below `%%capture`) replaces the magic.
    """
    try:
        found = ast.parse(_transformed(source)).body
    except Exception:  # IPython's tokenizing may raise anything for invalid text
        return []
    return [inner for statement in found for inner in _expanded(statement, depth)]


def without_magics(source: str) -> str:
    """Return the cell with `pass` in place of each line with one of IPython's magics or commands."""
    return _LINE.sub(r"\1pass", source)


def _transformed(source: str) -> str:
    if len(source) * (1 + len(_LIKE_MAGIC.findall(source))) > _MOST:
        return without_magics(source)
    from IPython.core.inputtransformer2 import TransformerManager  # slow to import, and seldom needed

    python: str = TransformerManager().transform_cell(source)
    return python


def _expanded(statement: ast.stmt, depth: int) -> list[ast.stmt]:
    """Return the statement with the code that its magics run; several statements if it consists of a magic."""
    for node in ast.walk(statement):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, [new for old in block for new in _replacement(old, depth)])
        value = getattr(node, "value", None)
        if (node is not statement and isinstance(value, ast.Call)) or isinstance(node, ast.Assign):
            match _run_by(value, depth):
                case [ast.Expr(value=run)]:
                    node.value = run  # type: ignore[attr-defined]
    return _replacement(statement, depth)


def _replacement(statement: ast.stmt, depth: int) -> list[ast.stmt]:
    return (_run_by(statement.value, depth) if isinstance(statement, ast.Expr) else []) or [statement]


def _run_by(node: ast.AST | None, depth: int) -> list[ast.stmt]:
    """Return the statements that a call of a magic runs; empty if it runs no Python code."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr="run_line_magic"),
            args=[ast.Constant(value="time" | "timeit" | "prun" as name), ast.Constant(value=str(line))],
        ):
            return _parsed(_OPTIONS.sub("", line), name, depth)
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr="run_cell_magic"),
            args=[ast.Constant(value="time" | "timeit" | "prun" | "capture" as name), _, ast.Constant(value=str(body))],
        ):
            return _parsed(body, name, depth)
    return []


def _parsed(code: str, name: str, depth: int) -> list[ast.stmt]:
    try:
        found = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = statements(code, depth + 1) if depth < _DEPTH else []
    # `timeit` runs its code in a function, so definitions in it are local.
    local = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef) if name == "timeit" else ()
    return [statement for statement in found if not isinstance(statement, local)]
