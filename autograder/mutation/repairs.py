"""Small changes to an answer, one of which may make it right: what a student is told to look at, and what it costs.

Program repair by mutation (Debroy and Wong, "Using Mutation to Automatically Suggest Fixes for Faulty Programs", 2010):
the slips that mutants of solutions are made by lead back as well, and some more that only answers need.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from textwrap import indent
from typing import NamedTuple

from .mutations import difference
from .slips import changes, mark_own, method_of, name_of, with_fields

SLIPS = frozenset({"dtype", "integer"})
"""Changes that touch the kind of a number only."""


@dataclass(frozen=True)
class Candidate:
    """A changed definition: `source` is its code, `line` where it was changed, counted in the cell from 1."""

    name: str
    operator: str
    line: int
    source: str
    whole: str
    """The definition as it was, written in the same manner."""

    def difference(self) -> tuple[str, str]:
        """The lines that differ, before and after."""
        return difference(self.whole, self.source)


def candidates(
    definitions: Iterable[ast.AST], known: frozenset[str] = frozenset(), most: int = 400
) -> Iterator[Candidate]:
    """Changed definitions, the likeliest first; no two alike.

    Args:
        definitions: functions and classes that an answer consists of; they are not changed.
        known: the names that the notebook binds.
        most: so many at most.
    """
    trees = [_Tree(item, known) for item in definitions if isinstance(item, ast.FunctionDef | ast.ClassDef)]
    seen = {tree.whole for tree in trees}
    most += len(seen)
    for find in _FINDERS:
        for tree in trees:
            for change in find(tree):
                candidate = tree.changed(change)
                if candidate and candidate.source not in seen:
                    if len(seen) >= most:
                        return
                    seen.add(candidate.source)
                    yield candidate


@dataclass(frozen=True)
class _Change:
    """What is put in a node's place."""

    operator: str
    holder: ast.AST
    field: str
    place: int | None
    new: ast.AST | list[ast.stmt]
    at: ast.AST
    """Where it is."""
    statement: ast.stmt | None = None
    """The simple statement outside of which nothing changes."""


class _Tree:
    """One definition, whose nodes are exchanged for a moment."""

    def __init__(self, given: ast.FunctionDef | ast.ClassDef, known: frozenset[str]) -> None:
        self.whole = ast.unparse(given)
        self.root = ast.parse(self.whole).body[0]
        self.name, self.known = given.name, known
        self._lines = self.whole.splitlines()
        self._line_in_cell = {
            id(mine): node.lineno
            for mine, node in zip(ast.walk(self.root), ast.walk(given), strict=False)
            if hasattr(node, "lineno")
        }
        mark_own(self.root)
        self.sites = list(_sites(self.root, None))
        self.functions = [node for node in ast.walk(self.root) if isinstance(node, ast.FunctionDef)]

    def changed(self, change: _Change) -> Candidate | None:
        """The definition with the change made; None where it then is no Python."""
        held = getattr(change.holder, change.field)
        before = list(held) if isinstance(held, list) else held
        try:
            if change.place is None:
                setattr(change.holder, change.field, change.new)
            else:
                held[change.place] = change.new
            source = self._written(change)
        except (ValueError, TypeError, AttributeError, RecursionError):
            return None
        finally:
            setattr(change.holder, change.field, before)
        return Candidate(self.name, change.operator, self._line_in_cell.get(id(change.at), 1), source, self.whole)

    def _written(self, change: _Change) -> str:
        """The code: where one simple statement has changed, that alone is written anew (a tenth of the time)."""
        old = change.statement
        if old is None:
            return ast.unparse(ast.fix_missing_locations(self.root))
        new = change.new if change.at is old and isinstance(change.new, ast.AST) else old
        text = ast.unparse(ast.fix_missing_locations(new))
        first, last = old.lineno - 1, old.end_lineno
        return "\n".join([*self._lines[:first], indent(text, " " * old.col_offset), *self._lines[last:]])

    def names_of(self, function: ast.FunctionDef) -> list[str]:
        """Parameters and variables of a function, in order."""
        parameters = [item.arg for item in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]]
        stored = [
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
        return [name for name in dict.fromkeys([*parameters, *stored]) if name not in ("self", "_")]


class _Site(NamedTuple):
    """A node, the place where it hangs, and the simple statement that it lies in."""

    holder: ast.AST
    field: str
    place: int | None
    node: ast.AST
    statement: ast.stmt | None


_COMPOUND = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.If
    | ast.For
    | ast.While
    | ast.With
    | ast.Try
    | ast.Match
)


def _sites(tree: ast.AST, statement: ast.stmt | None) -> Iterator[_Site]:
    """Each node with its place; annotations, decorators and what an exception says are left alone."""
    if isinstance(tree, ast.Raise):
        return
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not isinstance(node, ast.expr_context | ast.operator | ast.cmpop):
                inner = statement
                if isinstance(node, ast.stmt) and statement is None and not isinstance(node, _COMPOUND):
                    inner = node
                yield _Site(tree, field, place, node, inner)
                yield from _sites(node, inner)


def _at(site: _Site, operator: str, new: ast.AST | list[ast.stmt]) -> _Change:
    return _Change(operator, site.holder, site.field, site.place, new, _placed(site.node, site.holder), site.statement)


def _placed(node: ast.AST, holder: ast.AST) -> ast.AST:
    """The node, or what holds it where it has no place in the code of its own."""
    return node if hasattr(node, "lineno") else holder


_SKIPPED = frozenset({"loop ended", "detach", "in place", "branch forced", "dtype"})
"""Slips that no answer is mended by."""


def _slips(tree: _Tree) -> Iterator[_Change]:
    """The slips that mutants are made by, the other way round."""
    for site in tree.sites:
        node = site.node
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        for operator, new in changes(node, site.holder, site.field):
            if operator not in _SKIPPED and not is_text:
                is_integer = isinstance(new, ast.BinOp) and isinstance(new.op, ast.FloorDiv)
                yield _at(site, "integer" if is_integer else operator, new)


def _is_loaded(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _undefined(tree: _Tree) -> Iterator[_Change]:
    """Names that nothing binds, as another name of the function."""
    for function, site in _in_functions(tree):
        node = site.node
        if _is_loaded(node) and not _is_known(tree, function, node.id):  # type: ignore[attr-defined]
            others = [*tree.names_of(function), *_by_likeness(node.id, sorted(tree.known))[:3]]  # type: ignore[attr-defined]
            for name in _by_likeness(node.id, others):  # type: ignore[attr-defined]
                yield _at(site, "undefined name", ast.Name(name, ast.Load()))


def _is_known(tree: _Tree, function: ast.FunctionDef, name: str) -> bool:
    bound = {node.name for node in ast.walk(tree.root) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    bound |= {node.arg for node in ast.walk(tree.root) if isinstance(node, ast.arg)}
    for outer in tree.functions:
        bound |= {*tree.names_of(outer), "self", "_"}
    return name in bound or name in tree.known or hasattr(builtins, name)


def _by_likeness(name: str, others: Sequence[str]) -> list[str]:
    def likeness(other: str) -> tuple[bool, float]:
        return name[:1] == other[:1], len(set(name) & set(other)) / len(set(name) | set(other))

    return sorted(others, key=likeness, reverse=True)


def _in_functions(tree: _Tree) -> Iterator[tuple[ast.FunctionDef, _Site]]:
    """Each site with the innermost function that it lies in."""
    inner: dict[int, ast.FunctionDef] = {}
    for function in tree.functions:  # ast.walk goes from the outside in
        for node in ast.walk(function):
            inner[id(node)] = function
    for site in tree.sites:
        if id(site.node) in inner and site.node is not inner[id(site.node)]:
            yield inner[id(site.node)], site


def _returned(tree: _Tree) -> Iterator[_Change]:
    """A function that returns nothing returns what it worked out last, or what it prints."""
    for function in tree.functions:
        if function.name == "__init__" or any(
            isinstance(node, ast.Return) and node.value for node in ast.walk(function)
        ):
            continue
        last = function.body[-1]
        match last:
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[value])) | ast.Expr(value=value):
                body = [*function.body[:-1], ast.Return(value)]
                yield _Change("return added", function, "body", None, body, last)
        for name in reversed(tree.names_of(function)):
            body = [*function.body, ast.Return(ast.Name(name, ast.Load()))]
            yield _Change("return added", function, "body", None, body, last)


_REDUCING = frozenset("mean sum amax amin max min var std norm prod argmax argmin any all logsumexp".split())
_CREATING = frozenset("zeros ones full tensor empty arange eye rand randn as_tensor linspace".split())
_ROOTED = ast.BinOp | ast.Name | ast.Call | ast.Subscript | ast.Attribute


def _insertions(tree: _Tree) -> Iterator[_Change]:
    """Something put around, behind or into an expression."""
    for function, site in _in_functions(tree):
        node, holder = site.node, site.holder
        match node:
            case ast.Call():
                yield from (_at(site, *item) for item in _arguments(node, tree.names_of(function)))
            case ast.BinOp():
                yield from (_at(site, *item) for item in _regrouped(node))
            case ast.Tuple(elts=items, ctx=ast.Store()):
                for place in range(len(items) - 1):
                    swapped = [*items[:place], items[place + 1], items[place], *items[place + 2 :]]
                    yield _at(site, "items swapped", with_fields(node, elts=swapped))
        if isinstance(node, ast.expr) and isinstance(holder, ast.Return):
            yield from (_at(site, *item) for item in _results(node, function))
        if isinstance(node, ast.expr) and isinstance(holder, ast.Return | ast.Assign) and site.field == "value":
            for name in _unused(function):
                yield _at(site, "term added", ast.BinOp(node, ast.Add(), ast.Name(name, ast.Load())))
        if isinstance(holder, ast.BinOp) and isinstance(node, _ROOTED):
            if isinstance(holder.op, ast.MatMult):
                yield _at(site, "transposed", ast.Attribute(node, "mT", ast.Load()))
            elif isinstance(holder.op, ast.Div) and site.field == "right":
                yield _at(site, "root added", ast.BinOp(node, ast.Pow(), ast.Constant(0.5)))


def _creations(tree: _Tree) -> Iterator[_Change]:
    """All that a function creates gets the dtype of one of its arguments."""
    for function in tree.functions:
        made = [node for node in ast.walk(function) if _lacks_dtype(node)]
        for name in tree.names_of(function)[:4] if made else []:
            body = deepcopy(function.body)
            for node in (node for statement in body for node in ast.walk(statement)):
                if isinstance(node, ast.Call) and _lacks_dtype(node):
                    dtype = ast.Attribute(ast.Name(name, ast.Load()), "dtype", ast.Load())
                    node.keywords = [*node.keywords, ast.keyword("dtype", dtype)]
            yield _Change("dtype", function, "body", None, body, made[0])


def _lacks_dtype(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and name_of(node) in _CREATING):
        return False
    return all(item.arg != "dtype" for item in node.keywords)


def _arguments(node: ast.Call, names: Sequence[str]) -> Iterator[tuple[str, ast.AST]]:
    name = name_of(node)
    given = {item.arg for item in node.keywords}

    def plus(keyword: str, value: ast.expr) -> ast.AST:
        return with_fields(node, keywords=[*node.keywords, ast.keyword(keyword, value)])

    if name in _REDUCING and (node.args or given) and "keepdim" not in given:
        yield "axis kept", plus("keepdim", ast.Constant(True))
    if name == "tensor" and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
        yield "axis", with_fields(node, args=[ast.List([node.args[0]], ast.Load())])
    if name in _CREATING and "dtype" not in given:
        for other in names[:4]:
            yield "dtype", plus("dtype", ast.Attribute(ast.Name(other, ast.Load()), "dtype", ast.Load()))


def _regrouped(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    """Other places of the brackets: a·(b + c) and a·b + c, a/(b·c) and a/b·c."""
    product, total = ast.Mult | ast.Div, ast.Add | ast.Sub
    match node:
        case ast.BinOp(left=left, op=op, right=ast.BinOp(left=first, op=inner, right=second)):
            if isinstance(op, product) or isinstance(inner, product):
                yield "regrouped", ast.BinOp(ast.BinOp(left, op, first), inner, second)
    match node:
        case ast.BinOp(left=ast.BinOp(left=first, op=inner, right=second), op=op, right=right):
            if isinstance(inner, product) and isinstance(op, product | total):
                yield "regrouped", ast.BinOp(first, inner, ast.BinOp(second, op, right))


def _unused(function: ast.FunctionDef) -> list[str]:
    """Parameters that a function does not use."""
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return [item.arg for item in function.args.args if item.arg not in used and item.arg != "self"]


def _results(node: ast.expr, function: ast.FunctionDef) -> Iterator[tuple[str, ast.AST]]:
    """Something done to what a function returns."""
    for item in function.args.args[:1]:
        size = ast.Call(ast.Name("len", ast.Load()), [ast.Name(item.arg, ast.Load())], [])
        yield "sum for mean", ast.BinOp(node, ast.Div(), size)
        yield "mean for sum", ast.BinOp(node, ast.Mult(), size)
    yield "integer", ast.Call(ast.Name("int", ast.Load()), [node], [])
    yield "axis", method_of(node, "squeeze", ast.Constant(0))
    yield "axis", method_of(node, "unsqueeze", ast.Constant(0))
    yield "axis", method_of(node, "squeeze", ast.Constant(-1))
    yield "transposed", ast.Attribute(node, "mT", ast.Load())


def _statements(tree: _Tree) -> Iterator[_Change]:
    """Neighbouring statements change places; a `return` moves out of its loop."""
    for holder in ast.walk(tree.root):
        for field in ("body", "orelse"):
            block = getattr(holder, field, None)
            if not isinstance(block, list) or isinstance(holder, ast.ClassDef):
                continue
            for place, (one, other) in enumerate(pairwise(block)):
                if not isinstance(one, ast.Return) and not isinstance(other, ast.Return | ast.FunctionDef):
                    swapped = [*block[:place], other, one, *block[place + 2 :]]
                    yield _Change("statements swapped", holder, field, None, swapped, one)
            for place, loop in enumerate(block):
                if isinstance(loop, ast.For) and len(loop.body) > 1 and isinstance(loop.body[-1], ast.Return):
                    shorter = with_fields(loop, body=loop.body[:-1])
                    moved = [*block[:place], shorter, loop.body[-1], *block[place + 1 :]]
                    yield _Change("return moved", holder, field, None, moved, loop.body[-1])


def _near_names(tree: _Tree) -> Iterator[_Change]:
    """In a name's place the one assigned last, the first parameter or the one most like it; also all over a line."""
    for function in tree.functions:
        names, parameters = tree.names_of(function), [item.arg for item in function.args.args if item.arg != "self"]
        latest = ""
        for statement in sorted(_simple(function), key=lambda item: item.lineno):
            used = [node for node in ast.walk(statement) if _is_loaded(node) and node.id in names]  # type: ignore[attr-defined]
            for name in dict.fromkeys(node.id for node in used):  # type: ignore[attr-defined]
                others = [latest, *parameters[:1], *_by_likeness(name, [item for item in names if item != name])[:1]]
                for other in dict.fromkeys(item for item in others if item and item != name):
                    yield from _renamed(tree, statement, name, other)
            stored = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and not _is_loaded(node)]
            latest = stored[-1] if stored else latest


def _simple(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and not isinstance(node, _COMPOUND):
            yield node


def _renamed(tree: _Tree, statement: ast.stmt, name: str, other: str) -> Iterator[_Change]:
    """A statement with a name changed to another, in each place and in all of them."""
    places = [site for site in tree.sites if site.statement is statement and _is_loaded(site.node)]
    places = [site for site in places if site.node.id == name]  # type: ignore[attr-defined]
    for site in places:
        yield _at(site, "name", ast.Name(other, ast.Load()))
    if len(places) > 1:
        new = deepcopy(statement)
        for node in ast.walk(new):
            if _is_loaded(node) and node.id == name:  # type: ignore[attr-defined]
                node.id = other  # type: ignore[attr-defined]
        for site in tree.sites:
            if site.node is statement:
                yield _at(site, "name", new)


def _names(tree: _Tree) -> Iterator[_Change]:
    """Any other name of the function in a name's or an axis' place."""
    for function, site in _in_functions(tree):
        node = site.node
        names = tree.names_of(function)
        if _is_loaded(node) and node.id in names:  # type: ignore[attr-defined]
            for name in names:
                if name != node.id:  # type: ignore[attr-defined]
                    yield _at(site, "name", ast.Name(name, ast.Load()))


def _axes(tree: _Tree) -> Iterator[_Change]:
    """A parameter in place of a number."""
    for function, site in _in_functions(tree):
        is_number = _number(site.node) is not None and not isinstance(site.holder, ast.UnaryOp)
        for item in function.args.args if is_number else []:
            if item.arg != "self":
                yield _at(site, "name", ast.Name(item.arg, ast.Load()))


def _number(node: ast.AST) -> int | None:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))) | ast.Constant(value=int(value)):
            return None if isinstance(value, bool) else value
    return None


_FINDERS = (
    _undefined,
    _returned,
    _creations,
    _insertions,
    _near_names,
    _statements,
    _slips,
    _axes,
    _names,
)
