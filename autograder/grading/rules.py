"""Forbidden calls, found by reading the code: what an exercise's function can reach must not name what it may not call.

Only what the graded name leads to is read, so that a student may compare with torch's own function in a cell beside it.
What reading cannot see (methods of tensors, names made up at run time) the jail's watch sees when it is called.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

_MAGIC = re.compile(r"^(\s*)([%!?].*)$", re.MULTILINE)


def forbidden_names(cells: Iterable[str], name: str, patterns: Sequence[str]) -> list[str]:
    """Dotted torch names, matching one of `patterns` in their last part, that the definition of `name` can reach."""
    if not patterns:
        return []
    module = _Module()
    for source in cells:
        for statement in _statements(source):
            module.add(statement)
    found: list[str] = []
    for node in module.reachable(name):
        for dotted in module.torch_names(node):
            if _matches(dotted, patterns) and dotted not in found:
                found.append(dotted)
    return found


def _matches(dotted: str, patterns: Sequence[str]) -> bool:
    parts = dotted.split(".")
    private = any(part.startswith("_") and not part.endswith("__") for part in parts[1:])
    return private or any(fnmatchcase(parts[-1], pattern) for pattern in patterns)


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(_MAGIC.sub(r"\1pass", source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # such a cell does not run either


class _Module:
    """All top-level bindings of a notebook, in order, and what its names stand for in torch."""

    def __init__(self) -> None:
        self.bindings: dict[str, list[ast.AST]] = {}
        self.torch: dict[str, str] = {}
        self.stars: list[str] = []

    def add(self, statement: ast.stmt) -> None:
        """Take in one statement, and those inside its branches."""
        for name in _bound(statement):
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.bindings[name] = [statement]
                self.torch.pop(name, None)
            else:
                self.bindings.setdefault(name, []).append(statement)
        self._learn(statement, self.torch)
        for block in ("body", "orelse", "finalbody", "handlers"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for inner in getattr(statement, block, []):
                    self.add(inner)

    def _learn(self, node: ast.AST, known: dict[str, str]) -> None:
        """Note what an import or a plain assignment makes a name stand for."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "torch":
                    known[alias.asname or "torch"] = alias.name if alias.asname else "torch"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "torch":
            for alias in node.names:
                if alias.name == "*":
                    self.stars.append(node.module or "torch")
                else:
                    known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign):
            dotted = self.dotted(node.value, known)
            for target in node.targets:
                if isinstance(target, ast.Name):
                    if dotted:
                        known[target.id] = dotted
                    else:
                        known.pop(target.id, None)

    def reachable(self, name: str) -> Iterator[ast.AST]:
        """The statements that bind `name`, those that bind names used there, and so on."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            for node in self.bindings.get(current, []):
                yield node
                waiting += _global_names(node)

    def torch_names(self, node: ast.AST) -> Iterator[str]:
        """Every dotted torch name in `node`, longest form only."""
        known = dict(self.torch)
        for part in ast.walk(node):
            if isinstance(part, ast.arg):
                known.pop(part.arg, None)
        for part in ast.walk(node):
            self._learn(part, known)
        for part in ast.walk(node):
            if isinstance(part, ast.expr):
                dotted = self.dotted(part, known)
                if dotted:
                    yield dotted
            if isinstance(part, ast.ImportFrom) and (part.module or "").split(".")[0] == "torch":
                yield from (f"{part.module}.{alias.name}" for alias in part.names)
            if isinstance(part, ast.Call) and _called(part) in ("exec", "eval", "compile") and part.args:
                code = _text(part.args[0])
                for statement in _statements(code) if code else ():
                    yield from self.torch_names(statement)

    def dotted(self, node: ast.AST, known: dict[str, str]) -> str:
        """What an expression stands for in torch, or the empty string."""
        match node:
            case ast.Name(id=name):
                if name in known:
                    return known[name]
                return f"{self.stars[-1]}.{name}" if self.stars and name not in self.bindings else ""
            case ast.Attribute(value=value, attr=attr):
                base = self.dotted(value, known)
                if base and attr == "__dict__":
                    return base
                return f"{base}.{attr}" if base else ""
            case ast.Call(args=[value, key, *_]) if _called(node) == "getattr":
                return self._part(value, key, known)
            case ast.Call(args=[value]) if _called(node) in ("vars", "reload"):
                return self.dotted(value, known)
            case ast.Call(args=[module, *_]) if _called(node) in ("import_module", "__import__"):
                name = _text(module)
                return name if name.split(".")[0] == "torch" else ""
            case ast.Subscript(value=value, slice=key):
                name = _text(key)
                if isinstance(value, ast.Attribute) and value.attr == "modules" and name.split(".")[0] == "torch":
                    return name
                return self._part(value, key, known)
        return ""

    def _part(self, value: ast.AST, key: ast.AST, known: dict[str, str]) -> str:
        base, name = self.dotted(value, known), _text(key)
        return f"{base}.{name}" if base and name else ""


def _global_names(node: ast.AST) -> Iterator[str]:
    """The names of the notebook that `node` uses; what is local to a function in it is something else."""
    try:
        tables = [symtable.symtable(ast.unparse(node), "", "exec")]
    except (
        SyntaxError,
        ValueError,
        RecursionError,
    ):  # such code does not run; all its names are taken for the notebook's
        yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
        return
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global()):
                yield symbol.get_name()


def _bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                yield alias.asname or alias.name.split(".")[0]
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _roots(target)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target) | ast.For(target=target):
            yield from _roots(target)
        case ast.Expr(value=ast.Call(args=[ast.Name(id=name), *_])) if _called(statement.value) == "setattr":
            yield name
        case ast.With(items=items):
            for item in items:
                if item.optional_vars is not None:
                    yield from _roots(item.optional_vars)


def _roots(target: ast.AST) -> Iterator[str]:
    """The names that an assignment to `target` changes: `a`, and `a` for `a.forward` or `a[0]`."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
            yield from _roots(value)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _roots(element)


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _text(node: ast.AST) -> str:
    """The string that an expression is, where that can be read: constants joined by +."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _text(left), _text(right)
            return first + second if first and second else ""
        case ast.FormattedValue(value=value):
            return _text(value)
        case ast.JoinedStr(values=values):
            parts = [_text(value) for value in values]
            return "".join(parts) if all(parts) else ""
    return ""
