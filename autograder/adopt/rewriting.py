"""Rewrites the code of tests: the student's names, calls for their effect, functions given to student code, seeds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from autograder.language.staff import for_staff

from . import names


class CannotTranslate(Exception):
    """A cell of tests cannot run outside the notebook; the text is the reason."""


class _Places(ast.NodeVisitor):
    """Collects the nodes that stand for given global names, with respect to the scopes of functions in between."""

    def __init__(self, names_of_student: set[str]) -> None:
        self.names = names_of_student
        self.found: list[ast.Name] = []
        self._local: list[set[str]] = []

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.names and not any(node.id in scope for scope in self._local):
            self.found.append(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        outside = [*getattr(node, "decorator_list", []), *node.args.defaults, *filter(None, node.args.kw_defaults)]
        for item in outside:
            self.visit(item)
        args = node.args
        scope = {
            item.arg for item in [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg] if item
        }
        body = node.body if isinstance(node.body, list) else [node.body]
        scope |= set().union(*(names.bound_names(item) for item in body))
        self._inside(scope, body)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _function  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for item in [*node.decorator_list, *node.bases, *node.keywords]:
            self.visit(item)
        self._inside(set().union(*(names.bound_names(item) for item in node.body)), node.body)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        scope = {part.id for item in node.generators for part in ast.walk(item.target) if isinstance(part, ast.Name)}
        self.visit(node.generators[0].iter)
        parts: list[ast.AST] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for place, item in enumerate(node.generators):
            parts += [*([item.iter] if place else []), *item.ifs]
        self._inside(scope, parts)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815

    def _inside(self, scope: set[str], parts: Iterable[ast.AST]) -> None:
        self._local.append(scope)
        for item in parts:
            self.visit(item)
        self._local.pop()


def rewritten(source: str, student: set[str]) -> str:
    """Return the code with `student.x` for each of the student's names `x`, where no function binds it itself."""
    tree = ast.parse(source)
    defined = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in student
    }
    if defined:
        raise CannotTranslate(for_staff("replaces the student's {name}", name=sorted(defined)[0]))
    return replaced(source, {name: f"student.{name}" for name in student})


def replaced(source: str, new: Mapping[str, str]) -> str:
    """Return the code with other names, or attributes, for the global names that are the keys of `new`."""
    tree = ast.parse(source)
    places = _Places(set(new))
    places.visit(tree)
    lines = [line.encode() for line in source.split("\n")]
    for node in sorted(places.found, key=lambda item: (item.lineno, item.col_offset), reverse=True):
        line = lines[node.lineno - 1]
        lines[node.lineno - 1] = line[: node.col_offset] + new[node.id].encode() + line[node.end_col_offset :]
    wanted = _with_names(tree, places.found, new)
    with suppress(SyntaxError):
        text = b"\n".join(lines).decode("utf-8", "replace")
        if ast.dump(ast.parse(text)) == ast.dump(wanted):
            return text
    return ast.unparse(wanted)  # Python 3.11 does not know the places in f-strings: comments are lost instead


def _with_names(tree: ast.Module, found: Sequence[ast.Name], new: Mapping[str, str]) -> ast.Module:
    mine = set(map(id, found))

    class Rewrite(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            if id(node) not in mine:
                return node
            base, _, attribute = new[node.id].partition(".")
            if not attribute:
                return ast.Name(id=base, ctx=node.ctx)
            return ast.Attribute(value=ast.Name(id=base, ctx=ast.Load()), attr=attribute, ctx=node.ctx)

    return ast.fix_missing_locations(Rewrite().visit(tree))  # type: ignore[no-any-return]


def functions(body: Iterable[ast.stmt]) -> set[str]:
    """Return the names that statements bind to functions, by `def` or `lambda`."""
    found = set()
    for statement in body:
        for node in ast.walk(statement):
            match node:
                case ast.FunctionDef(name=name):
                    found.add(name)
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()):
                    found.add(name)
    return found


def with_callbacks(source: str, student: set[str], functions: set[str], imports: Iterable[str]) -> str:
    """Return the code with `callback(f)` for each function `f` that it gives to the student's functions."""
    modules: dict[str, Any] = {}
    for text in imports:
        if re.match(r"(import|from) (numpy|math)\b", text):
            exec(text, modules)
    places = []
    for node in _outside_texts(ast.parse(source)):
        given: list[ast.expr] = []
        match node:
            case ast.Call(func=function, args=args, keywords=keywords) if _root(function) in student:
                given = [*args, *(keyword.value for keyword in keywords)]
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value) if name in student:
                given = [value]
        for item in given:
            is_own = isinstance(item, ast.Lambda) or (isinstance(item, ast.Name) and item.id in functions)
            if is_own or _is_formula(item, modules):
                places.append((item.lineno, item.col_offset, "callback("))
                places.append((item.end_lineno or item.lineno, item.end_col_offset or 0, ")"))
    lines = [line.encode() for line in source.split("\n")]
    for number, column, text in sorted(places, reverse=True):
        line = lines[number - 1]
        lines[number - 1] = line[:column] + text.encode() + line[column:]
    return b"\n".join(lines).decode()


def _is_formula(node: ast.AST, modules: dict[str, Any]) -> bool:
    """Return whether an expression is a function of NumPy or math that only computes, such as `np.sin`."""
    if not isinstance(node, ast.Attribute | ast.Name) or _root(node) not in modules:
        return False
    try:
        value = eval(compile(ast.Expression(node), "<name>", "eval"), modules)
    except (AttributeError, NameError):
        return False
    return type(value).__name__ == "ufunc" or (callable(value) and getattr(value, "__module__", "") == "math")


def _outside_texts(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes outside of f-strings, whose places Python 3.11 does not know."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, ast.JoinedStr):
            yield from _outside_texts(child)


def with_effects(source: str, student: set[str]) -> str:
    """Return the code in which calls of the student's functions for their effect give back the changed arguments.

    Such a call is a statement of its own, as `sort_in_place(numbers)`. Arguments are sent by value: without this the
    check would not see the change.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Call(func=function, args=args) as call) if _root(function) in student:
                targets = [item.id if isinstance(item, ast.Name) else "_" for item in args]
                if set(targets) != {"_"} and targets and not any(isinstance(item, ast.Starred) for item in args):
                    given = ", ".join(map(ast.unparse, [function, *args, *call.keywords]))
                    found.append((node, f"{', '.join(targets)}, *_ = observe({given}).arguments"))
    lines = [line.encode() for line in source.split("\n")]
    for node, text in sorted(found, key=lambda pair: (pair[0].lineno, pair[0].col_offset), reverse=True):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset or 0 :]
        lines[first : last + 1] = [head + text.encode() + tail]
    return b"\n".join(lines).decode()


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def with_seeds(code: str, imports: Sequence[str]) -> str:
    """Return the code with a second line for each that sets a seed: student code draws from its own generators."""
    modules = {name for text in imports for name in names.bound_names(ast.parse(text).body[0])}
    lines = code.split("\n")
    for statement in reversed(ast.parse(code).body):
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute() as function)) if names.seeds(statement):
                root: ast.AST = function
                while isinstance(root, ast.Attribute):
                    root = root.value
                if isinstance(root, ast.Name) and root.id in modules and statement.end_lineno:
                    lines.insert(statement.end_lineno, f"student.{ast.unparse(statement)}")
    return "\n".join(lines)
