"""Determines where the names in a cell of tests come from: the cell, the course's own code, an import, the student."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from autograder.notebook.bindings import global_names, statements

from .source_notebook import SourceCell

NOTEBOOK = "__notebook__"
"""Stands for the student's notebook in translated code, until the names in it are known."""
_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "display", NOTEBOOK}


@dataclass
class Origins:
    """The origins of the names that some statements use."""

    imports: list[str] = field(default_factory=list)
    """Import statements of the notebook."""
    course: list[tuple[int, ast.stmt]] = field(default_factory=list)
    """Statements of the course's own cells, each with the number of its cell, in order."""
    student: set[str] = field(default_factory=set)
    """Names of the student's notebook."""


def origins(tests: SourceCell, before: Sequence[SourceCell]) -> Origins:
    """Return the origins of the names that the tests of a cell use and do not bind themselves.

    Args:
        tests: the cell of tests; its source is plain Python.
        before: the code cells above it, in order.
    """
    found = Origins()
    body = ast.parse(tests.source).body
    _follow(_used(body), before, found)
    seeding = _seeds(before, max((number for number, _ in found.course), default=0))
    found.course += [pair for pair in seeding if pair not in found.course]
    for _, statement in seeding:
        _follow(global_names(statement), before, found)
    found.course.sort(key=lambda pair: (pair[0], pair[1].lineno))
    # What the tests bind for the student's functions to read is bound in the notebook as well.
    bound = [item for item in body if not isinstance(item, ast.Import | ast.ImportFrom)]
    found.student |= set().union(*map(bound_names, bound)) & _read_by_functions(before)
    return found


def _follow(used: Iterable[str], before: Sequence[SourceCell], found: Origins) -> None:
    """Add the origins of some names, and of those that the course's statements about them use."""
    waiting = list(used)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        cell, binding = _last_binding(name, before)
        if cell is None:
            if name not in _BUILTINS:
                stars = _star_imports(before)
                found.imports += [text for text in stars if text not in found.imports]
                if not stars:
                    found.student.add(name)
        elif isinstance(binding, ast.Import | ast.ImportFrom):
            text = _import_of(binding, name)
            if text not in found.imports:
                found.imports.append(text)
        elif not cell.is_course:
            found.student.add(name)
        else:
            for item in before:
                for statement in statements(item.source) if item.is_course else ():
                    pair = item.number, statement
                    if pair not in found.course and name in _touched(statement) and not _is_test(statement):
                        found.course.append(pair)
                        waiting += global_names(statement)


SEEDING = ("seed", "manual_seed", "set_seed")
"""Names of functions that set the seed of random numbers."""


def seeds(statement: ast.stmt) -> bool:
    """Return whether a statement sets the seed of random numbers."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method))):
            return method in SEEDING
    return False


def _seeds(cells: Sequence[SourceCell], last: int) -> list[tuple[int, ast.stmt]]:
    """Return the statements of the course's cells up to a number that set a seed."""
    mine = [cell for cell in cells if cell.is_course and cell.number <= last]
    return [(cell.number, item) for cell in mine for item in statements(cell.source) if seeds(item)]


def _read_by_functions(cells: Sequence[SourceCell]) -> set[str]:
    """Return the global names that the functions and classes of the student's cells use."""
    definitions = [
        statement
        for cell in cells
        if not cell.is_course
        for statement in statements(cell.source)
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    return set().union(*map(global_names, definitions)) - _BUILTINS


def _used(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements use and that are not bound above the first use of them."""
    bound: set[str] = set()
    for statement in body:
        bound |= _certainly_bound_before_use(statement)
        yield from (name for name in global_names(statement) - bound)
        bound |= set(bound_names(statement))


def _certainly_bound_before_use(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds for its own parts: loop variables, `with … as`, its own definition."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.For | ast.AsyncFor):
        first = _targets(statement.target)
        return first | _in_body(statement.body, first)
    if isinstance(statement, ast.With | ast.AsyncWith):
        first = set().union(*(_targets(item.optional_vars) for item in statement.items if item.optional_vars))
        return first | _in_body(statement.body, first)
    if isinstance(statement, ast.If | ast.While | ast.Try):
        bodies = [statement.body, statement.orelse, getattr(statement, "finalbody", [])]
        bodies += [handler.body for handler in getattr(statement, "handlers", [])]
        names = {handler.name for handler in getattr(statement, "handlers", []) if handler.name}
        return names | set().union(*(_in_body(body, set()) for body in bodies))
    return set()


def _in_body(body: Sequence[ast.stmt], bound: set[str]) -> set[str]:
    """Return the names bound in a block before they are used in it."""
    found, used = set(bound), set[str]()
    for statement in body:
        found |= _certainly_bound_before_use(statement)
        used |= set(global_names(statement)) - found
        found |= set(bound_names(statement)) - used
    return found


def bound_names(statement: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds where it stands, including those in its branches."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            return
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name.split(".")[0] for alias in names)
            return
        case ast.ExceptHandler(name=str(name)):
            yield name
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
    for child in ast.iter_child_nodes(statement):
        yield from bound_names(child)


def _targets(target: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _touched(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds, and those it may change: the roots of `x.f(…)` and `x[…] = …`."""
    found = set(bound_names(statement))
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return found
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found |= _root(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(statement, ast.Expr):
            found |= _root(node.func.value)
    return found


def _root(node: ast.AST) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _is_test(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assert)


def _last_binding(name: str, cells: Sequence[SourceCell]) -> tuple[SourceCell | None, ast.stmt | None]:
    """Return the last cell that binds a name, and the statement; None if no cell does.

    A name that a cell of tests binds is the student's if the student's cells bind it too.
    """
    found: tuple[SourceCell | None, ast.stmt | None] = None, None
    for cell in cells:
        for statement in statements(cell.source):
            inner = _import_in(statement, name)
            if inner is not None or name in set(bound_names(statement)):
                if cell.role == "tests" and found[0] is not None and not found[0].is_course and inner is None:
                    continue
                found = cell, inner if inner is not None else statement
    return found


def _import_in(statement: ast.stmt, name: str) -> ast.stmt | None:
    """Return the import that binds a name in a statement; imports may stand in a `try`."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return None
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom) and name in bound_names(node):
            return node
    return None


def _import_of(statement: ast.Import | ast.ImportFrom, name: str) -> str:
    wanted = [alias for alias in statement.names if (alias.asname or alias.name.split(".")[0]) == name]
    if isinstance(statement, ast.Import):
        return ast.unparse(ast.Import(names=wanted))
    return ast.unparse(ast.ImportFrom(module=statement.module, names=wanted, level=statement.level))


def _star_imports(cells: Sequence[SourceCell]) -> list[str]:
    return [
        ast.unparse(node)
        for cell in cells
        for statement in statements(cell.source)
        for node in ast.walk(statement)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
