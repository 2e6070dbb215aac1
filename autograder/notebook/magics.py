"""What Python IPython makes of a cell with magics, shell lines and prompts, as statements to be read."""

from __future__ import annotations

import ast
import re

_LIKE_MAGIC = re.compile(r"(?m)^[ \t]*[%!?,;/>]|=[ \t]*[%!]|\?[ \t]*$")
_MOST = 2_000_000
"""Letters that IPython may go through, once for each line that it changes; it takes some seconds for as many."""
_LINE = re.compile(r"(?m)^([ \t]*)([%!?].*)$")
_OPTIONS = re.compile(r"^(?:-\w+[ \t]*\d*[ \t]+)+")
_DEPTH = 3


def statements(source: str, depth: int = 0) -> list[ast.stmt]:
    """The statements of a cell that is no plain Python; none where it is no Python for IPython either.

    What a magic runs (`%time x = f()`, the cell below `%%capture`) stands in the place of the magic.
    """
    try:
        found = ast.parse(_transformed(source)).body
    except Exception:  # whatever tokenizing makes of odd text
        return []
    return [inner for statement in found for inner in _written_out(statement, depth)]


def without_magics(source: str) -> str:
    """Return the cell with `pass` in place of each of IPython's magic commands, line by line."""
    return _LINE.sub(r"\1pass", source)


def _transformed(source: str) -> str:
    if len(source) * (1 + len(_LIKE_MAGIC.findall(source))) > _MOST:
        return without_magics(source)
    from IPython.core.inputtransformer2 import TransformerManager  # takes a while to import, and is seldom needed

    python: str = TransformerManager().transform_cell(source)
    return python


def _written_out(statement: ast.stmt, depth: int) -> list[ast.stmt]:
    """The statement with what its magics run; several where a magic is all of it."""
    for node in ast.walk(statement):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, [new for old in block for new in _instead(old, depth)])
        value = getattr(node, "value", None)
        if (node is not statement and isinstance(value, ast.Call)) or isinstance(node, ast.Assign):
            match _run_by(value, depth):
                case [ast.Expr(value=run)]:
                    node.value = run  # type: ignore[attr-defined]
    return _instead(statement, depth)


def _instead(statement: ast.stmt, depth: int) -> list[ast.stmt]:
    return (_run_by(statement.value, depth) if isinstance(statement, ast.Expr) else []) or [statement]


def _run_by(node: ast.AST | None, depth: int) -> list[ast.stmt]:
    """The statements that a call of a magic runs; none where it runs no Python."""
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
    # What `timeit` runs is a function of its own: a definition in it defines nothing.
    local = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef) if name == "timeit" else ()
    return [statement for statement in found if not isinstance(statement, local)]
