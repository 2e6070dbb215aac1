"""Finds checks whose expected exception is so general that any mistake of a student's would match it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_BROAD = {"Exception", "BaseException"}


def broad_exceptions(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield exercise, line and code of each overly general exception in a folder's checks."""
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if words := _broad(node):
                yield path.stem.removeprefix("test_"), getattr(node, "lineno", 0), words


def _broad(node: ast.AST) -> str:
    match node:
        case ast.ExceptHandler(type=None):
            return "except:"
        case ast.ExceptHandler(type=caught) if caught is not None and _names(caught) & _BROAD:
            return f"except {ast.unparse(caught)}"
        case ast.Call(func=called, args=[*args]) if _last(called) in ("assert_raises", "raises", "suppress"):
            wide = [ast.unparse(item) for item in args if _names(item) & _BROAD]
            return f"{_last(called)}({wide[0]}, …)" if wide else ""
    return ""


def _names(node: ast.AST) -> set[str]:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _last(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
