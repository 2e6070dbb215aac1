"""Finds the statements that bind a notebook's names, and those that the definition of a name can reach.

The code is only parsed, not run. Statements of all cells count, in any order.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from weakref import WeakKeyDictionary

from . import magics
from .texts import text

ANY = "*"
"""Placeholder for an unknown name: any name may be changed."""
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_CHANGING = frozenset(
    "append appendleft extend insert add update setdefault push put put_nowait register set".split()
    + "__setitem__ __setattr__ __dict__ __call__ send".split()
)
"""Methods that store their arguments in the object they are called on."""
_CALCULATING = frozenset("torch numpy math builtins operator functools itertools sys inspect".split())
"""Modules whose modification affects all code; changes of others, such as matplotlib's settings, do not matter."""
_BY_ARGUMENT = (
    "setattr",
    "delattr",
    "__setattr__",
    "__setitem__",
    "vars",
    "heappush",
    "insort",
    "wraps",
    "update_wrapper",
)
"""Functions that store their arguments in the first of them."""


@lru_cache(maxsize=256)
def statements(source: str) -> list[ast.stmt]:
    """Return the statements of a cell, with magics as Python code; empty if it is not valid Python and cannot run."""
    try:
        found = ast.parse(source).body
    except SyntaxError:
        return magics.statements(source)
    except (ValueError, RecursionError, MemoryError):
        return []
    _note_texts(found, source)
    return found


def _note_texts(found: Sequence[ast.stmt], text: str) -> None:
    """Store the source of statements that occupy whole lines, to save unparsing them later."""
    if "\r" in text or "\f" in text or ";" in text:  # ast counts these lines differently, or statements share a line
        return
    lines = text.split("\n")
    for statement in found:
        first = min([statement, *getattr(statement, "decorator_list", [])], key=lambda node: node.lineno).lineno
        _TEXTS[statement] = "\n".join(lines[first - 1 : statement.end_lineno]) + "\n"


_TEXTS: WeakKeyDictionary[ast.AST, str] = WeakKeyDictionary()


class Bindings:
    """All top-level bindings of a notebook: the statements that bind or change each name, in order."""

    def __init__(self, cells: Iterable[str]) -> None:
        self.of: dict[str, list[ast.AST]] = {}
        self.defined: set[str] = set()
        """Names whose last binding is a `def` or `class`."""
        self.everywhere: list[ast.AST] = []
        """Statements that change a module, and so are reachable from all code."""
        self.modules: dict[str, str] = {}
        """The top-level module that each imported name comes from."""
        self.members: set[str] = set()
        """Names of methods and attributes that the notebook itself defines."""
        self.statements = [statement for source in cells for statement in statements(source)]
        for statement in self.statements:
            self._add(statement)
        for statement in self.statements:
            self._note_changes(statement)

    def _add(self, statement: ast.stmt) -> None:
        """Add the bindings of a statement, and of the statements in its branches."""
        for name in _bound(statement):
            if isinstance(statement, _DEFINITIONS):
                self.of[name] = [statement]
                self.defined.add(name)
            else:
                self.of.setdefault(name, []).append(statement)
                targets = statement.targets if isinstance(statement, ast.Assign) else []
                if any(name in _names_of(target) for target in targets):
                    self.defined.discard(name)
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    self.modules[name] = _module_of(statement, name)
        if isinstance(statement, _DEFINITIONS):
            return
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            for inner in getattr(statement, block, []):
                self._add(inner)

    def _note_changes(self, statement: ast.stmt) -> None:
        """Add the changes of names anywhere inside a statement: calls that change objects, `global`, `:=`."""
        inside = statement if isinstance(statement, _DEFINITIONS) else None
        for node in parts(statement).changing:
            if isinstance(node, ast.Attribute):
                self.members.add(node.attr)
            elif isinstance(node, _DEFINITIONS) and node is not statement:
                self.members.add(node.name)
            elif isinstance(node, ast.ClassDef):
                self.members |= {name for item in node.body for name in _bound(item)}
            if isinstance(node, ast.Global) and inside is not None:
                for name in node.names:
                    self._append(name, inside)
            elif isinstance(node, ast.NamedExpr) and isinstance(node.target, ast.Name) and inside is None:
                self._append(node.target.id, node)
            elif isinstance(node, ast.Call):
                for name in self._changed_by(node):
                    self._note_change(name, node, inside)
            elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                for target in getattr(node, "targets", None) or [node.target]:  # type: ignore[union-attr]
                    if isinstance(target, ast.Attribute | ast.Subscript):
                        for name in _roots(target):
                            if node is not statement or name in (*self.modules, ANY):
                                self._note_change(name, node, inside)

    def _note_change(self, name: str, node: ast.AST, inside: ast.AST | None) -> None:
        """Add a change of a notebook's name; names local to a function are ignored."""
        if name == ANY:
            self.everywhere.append(node)
        elif inside is None:
            self._append(name, node)
        elif name in global_names(inside):
            self._append(name, inside)  # the whole function, since the changed value depends on it

    def _append(self, name: str, node: ast.AST) -> None:
        if self.modules.get(name) in _CALCULATING:
            self.everywhere.append(node)
        found = self.of.setdefault(name, [])
        if node not in found:
            found.append(node)

    def _changed_by(self, call: ast.Call) -> Iterator[str]:
        """Yield the names whose objects a call may modify."""
        function = call.func
        if isinstance(function, ast.Attribute):
            method = function.attr
            root = next(iter(_roots(function.value)), "")
            if root and root not in self.modules and (call.args or call.keywords):
                changes = method in _CHANGING or method.startswith(("set_", "add_", "register_", "install"))
                if changes or (root not in self.defined and root != ANY and self._is_own_object(root)):
                    yield root
        if called(call) in _BY_ARGUMENT and call.args:
            yield from _roots(call.args[0])
        elif isinstance(function, ast.Name) and function.id in self.defined:
            for definition in self.of[function.id]:
                for argument in _given_to_changed(definition, call):
                    roots = [name for name in _roots(argument) if name not in self.modules]
                    yield from (name for name in roots if name == ANY or name in self.of)

    def _is_own_object(self, name: str) -> bool:
        """Return whether a name was bound to the result of calling a function or class of the notebook."""
        return any(
            isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and called(node.value) in self.defined
            for node in self.of.get(name, [])
        )

    def reachable(self, name: str, others: Iterable[str] = ()) -> Iterator[tuple[str, ast.AST]]:
        """Yield the statements that bind or change `name` or any name they use, directly or indirectly.

        Each comes with the definition it belongs to. The names in `others` are not followed.
        """
        seen: set[str] = set(others) - {name}
        waiting = [(name, name)]
        for node in self.everywhere:
            yield name, node
        while waiting:
            current, by = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            for node in self.of.get(current, []):
                owner = current if isinstance(node, _DEFINITIONS) else by
                yield owner, node
                waiting += [(used, owner) for used in sorted(global_names(node), reverse=True)]


@lru_cache(maxsize=512)
def nodes(node: ast.AST) -> list[ast.AST]:
    """Return `node` and all its descendants, in breadth-first order."""
    found: list[ast.AST] = [node]
    for part in found:  # grows during the iteration; ast.walk takes twice as long
        for name in _FEW_FIELDS.get(type(part), part._fields):
            value = getattr(part, name, None)
            if isinstance(value, list):
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and name != "ctx":
                found.append(value)
    return found


_FEW_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Name: (),
    ast.Constant: (),
    ast.Attribute: ("value",),
    ast.Subscript: ("value", "slice"),
    ast.keyword: ("value",),
    ast.arg: ("annotation",),
    ast.BinOp: ("left", "op", "right"),
}
"""The fields that can hold nodes, for the most common types of nodes."""


@dataclass(frozen=True)
class Parts:
    """The nodes within a node that the rules examine, by purpose, in breadth-first order."""

    changing: list[ast.AST] = field(default_factory=list)
    """Definitions, assignments, stores in attributes, `global`, `:=` and calls."""
    named: list[ast.Name | ast.Attribute | ast.Subscript | ast.Call] = field(default_factory=list)
    learning: list[ast.Import | ast.ImportFrom | ast.Assign] = field(default_factory=list)
    """Statements that can make a name stand for a module or a part of one."""
    binding: list[str] = field(default_factory=list)
    """Names bound by arguments and assignments."""


@lru_cache(maxsize=512)
def parts(node: ast.AST) -> Parts:
    """Return the nodes within `node`, sorted once; most cells of a notebook recur in the next one."""
    found = Parts()
    for part in nodes(node):
        kind = type(part)
        if kind in _NAMED:
            found.named.append(part)  # type: ignore[arg-type]
        if kind in _CHANGING_NODES or (kind is ast.Attribute and isinstance(part.ctx, ast.Store)):  # type: ignore[attr-defined]
            found.changing.append(part)
        if kind in _LEARNING:
            found.learning.append(part)  # type: ignore[arg-type]
        if kind is ast.arg:
            found.binding.append(part.arg)  # type: ignore[attr-defined]
        elif kind is ast.Name and isinstance(part.ctx, ast.Store):  # type: ignore[attr-defined]
            found.binding.append(part.id)  # type: ignore[attr-defined]
    return found


_NAMED = frozenset({ast.Name, ast.Attribute, ast.Subscript, ast.Call})
_LEARNING = frozenset({ast.Import, ast.ImportFrom, ast.Assign})
_CHANGING_NODES = frozenset(
    {*_DEFINITIONS, ast.Global, ast.NamedExpr, ast.Call, ast.Assign, ast.AugAssign, ast.AnnAssign}
)


@lru_cache(maxsize=512)
def global_names(node: ast.AST) -> frozenset[str]:
    """Return the global names that `node` uses, without names that are local to a function in it."""
    return frozenset(_used_names(node))


def _used_names(node: ast.AST) -> Iterator[str]:
    try:
        tables = [symtable.symtable(_TEXTS.get(node) or ast.unparse(node), "", "exec")]
    except (SyntaxError, ValueError, RecursionError):
        # Such code cannot run; all its names count as global.
        yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
        return
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global()):
                yield symbol.get_name()


def _given_to_changed(definition: ast.AST, call: ast.Call) -> Iterator[ast.expr]:
    """Yield the arguments of a call that the called function of the notebook may change."""
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    changed = _changed_parameters(definition)
    if not changed:
        return
    arguments = definition.args
    names = [item.arg for item in [*arguments.posonlyargs, *arguments.args]]
    for place, argument in enumerate(call.args):
        if (names[place] in changed) if place < len(names) else (arguments.vararg is not None):
            yield argument
    yield from (item.value for item in call.keywords if item.arg is None or item.arg in changed)


@lru_cache(maxsize=512)
def _changed_parameters(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """Return the parameters whose objects a function may change, by assignment or by a method such as append."""
    arguments = definition.args
    names = {item.arg for item in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
    changed: set[str] = set()
    for node in parts(definition).named:
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            changed |= set(_roots(node))
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
                changed |= set(_roots(node.func.value))
            if called(node) in _BY_ARGUMENT and node.args:
                changed |= set(_roots(node.args[0]))
    return frozenset(changed & names)


def _module_of(statement: ast.Import | ast.ImportFrom, name: str) -> str:
    if isinstance(statement, ast.ImportFrom):
        return (statement.module or "").partition(".")[0]
    brought = {alias.asname or alias.name.partition(".")[0]: alias.name for alias in statement.names}
    return brought.get(name, name).partition(".")[0]


def _bound(statement: ast.AST) -> Iterator[str]:
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
        case ast.With(items=items):
            for item in items:
                if item.optional_vars is not None:
                    yield from _roots(item.optional_vars)


def _names_of(target: ast.AST) -> list[str]:
    """Return the names that an assignment rebinds: `a` and `b` for `a, b`; none for `a.x`."""
    return [node.id for node in nodes(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _roots(target: ast.AST) -> Iterator[str]:
    """Yield the names that an assignment to `target` binds or changes: `a` for `a`, `a.forward` or `a[0]`."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Subscript(value=ast.Call(func=ast.Name(id="globals" | "locals" | "vars"), args=[]), slice=key):
            yield text(key) or ANY
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
            yield from _roots(value)
        case ast.Call(func=ast.Name(id="vars"), args=[value, *_]):
            yield from _roots(value)
        case ast.Call(func=ast.Name(id="globals" | "locals" | "vars"), args=[]):
            yield ANY
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _roots(element)


def called(node: ast.AST) -> str:
    """Return the last part of the name that a call calls; empty if it has no name."""
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""
