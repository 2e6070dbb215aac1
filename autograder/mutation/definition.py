"""One definition of an answer, as a tree whose nodes are temporarily replaced to write changed versions of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from textwrap import indent
from typing import NamedTuple

from .mutations import difference
from .slips import mark_own


@dataclass(frozen=True)
class Candidate:
    """A changed definition; `source` is its code, `line` the line of the change in the cell, counted from 1."""

    name: str
    operator: str
    line: int
    source: str
    whole: str
    """The unchanged definition, formatted in the same way."""

    def difference(self) -> tuple[str, str]:
        """Return the lines that differ, before and after the change."""
        return difference(self.whole, self.source)


@dataclass(frozen=True)
class Edit:
    """The replacement of a node."""

    operator: str
    holder: ast.AST
    field: str
    place: int | None
    new: ast.AST | list[ast.stmt]
    at: ast.AST
    """The node that gives the line of the change."""
    statement: ast.stmt | None = None
    """The simple statement that contains the change; None if there is none."""


class DefinitionTree:
    """One definition, whose nodes can be temporarily replaced."""

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
        self._names: dict[int, list[str]] = {}

    @cached_property
    def in_functions(self) -> list[tuple[ast.FunctionDef, Site]]:
        """Return each site within a function, with the innermost function that contains it."""
        inner: dict[int, ast.FunctionDef] = {}
        for function in self.functions:  # ast.walk visits outer nodes first
            for node in ast.walk(function):
                inner[id(node)] = function
        found = [(inner[id(site.node)], site) for site in self.sites if id(site.node) in inner]
        return [(function, site) for function, site in found if site.node is not function]

    @cached_property
    def by_statement(self) -> dict[int, list[Site]]:
        """Return the sites by the id of the simple statement that contains them; the statement's own site is first."""
        found: dict[int, list[Site]] = {}
        for site in self.sites:
            found.setdefault(id(site.statement), []).append(site)
        return found

    @cached_property
    def bound(self) -> frozenset[str]:
        """Return the names that the definition or the notebook binds."""
        walked = list(ast.walk(self.root))
        names = {node.name for node in walked if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        names |= {node.arg for node in walked if isinstance(node, ast.arg)}
        return frozenset({*names, *(name for item in self.functions for name in self.names_of(item)), *self.known})

    def changed(self, change: Edit) -> Candidate | None:
        """Return the definition with the change; None if the result is not valid Python."""
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

    def _written(self, change: Edit) -> str:
        """Return the code; if one simple statement has changed, only that is unparsed (in a tenth of the time)."""
        old = change.statement
        if old is None:
            return ast.unparse(ast.fix_missing_locations(self.root))
        new = change.new if change.at is old and isinstance(change.new, ast.AST) else old
        text = ast.unparse(ast.fix_missing_locations(new))
        first, last = old.lineno - 1, old.end_lineno
        return "\n".join([*self._lines[:first], indent(text, " " * old.col_offset), *self._lines[last:]])

    def names_of(self, function: ast.FunctionDef) -> list[str]:
        """Return the parameters and variables of a function, in order."""
        if id(function) not in self._names:
            given = function.args
            parameters = [item.arg for item in [*given.posonlyargs, *given.args, *given.kwonlyargs]]
            stored = [
                node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ]
            names = [name for name in dict.fromkeys([*parameters, *stored]) if name not in ("self", "_")]
            self._names[id(function)] = names
        return self._names[id(function)]


class Site(NamedTuple):
    """A node, with its parent, field and index, and the simple statement that contains it."""

    holder: ast.AST
    field: str
    place: int | None
    node: ast.AST
    statement: ast.stmt | None


COMPOUND = (
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


def _sites(tree: ast.AST, statement: ast.stmt | None) -> Iterator[Site]:
    """Yield each node with its site; annotations, decorators, base classes and raise statements are skipped."""
    if isinstance(tree, ast.Raise):
        return
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not isinstance(node, ast.expr_context | ast.operator | ast.cmpop):
                inner = statement
                if isinstance(node, ast.stmt) and statement is None and not isinstance(node, COMPOUND):
                    inner = node
                yield Site(tree, field, place, node, inner)
                yield from _sites(node, inner)


def at(site: Site, operator: str, new: ast.AST | list[ast.stmt]) -> Edit:
    """Return the edit that replaces the node of a site."""
    return Edit(operator, site.holder, site.field, site.place, new, _located(site.node, site.holder), site.statement)


def _located(node: ast.AST, holder: ast.AST) -> ast.AST:
    """Return the node; its parent if the node has no line number."""
    return node if hasattr(node, "lineno") else holder
