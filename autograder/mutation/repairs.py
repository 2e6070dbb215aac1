"""Small changes to an answer, one of which may make it right: used for the student's hint and for partial points.

Program repair by mutation (Debroy and Wong, "Using Mutation to Automatically Suggest Fixes for Faulty Programs", 2010):
the slips by which mutants of solutions are made can also undo a mistake; some more changes are for answers only.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import pairwise

from .definition import COMPOUND, Candidate, DefinitionTree, Edit, at
from .slips import changes, method_of, name_of, neighbours_swapped, with_fields

SLIPS = frozenset({"dtype", "integer", "number"})
"""Changes of a number's type only."""


def candidates(
    definitions: Iterable[ast.AST], known: frozenset[str] = frozenset(), most: int = 400
) -> Iterator[Candidate]:
    """Yield different changed definitions, the most likely repairs first.

    Args:
        definitions: the functions and classes of an answer; they are not modified.
        known: the names that the notebook binds.
        most: the maximum number of definitions to yield.
    """
    return _candidates(_FINDERS, definitions, known, most)


def to_run(definitions: Iterable[ast.AST], known: frozenset[str], most: int) -> Iterator[Candidate]:
    """Yield the changed definitions that return a result, right or wrong, where the answer returns none."""
    return _candidates((_undefined, _returned), definitions, known, most)


def _candidates(
    finders: Sequence[Callable[[DefinitionTree], Iterator[Edit]]],
    definitions: Iterable[ast.AST],
    known: frozenset[str],
    most: int,
) -> Iterator[Candidate]:
    trees = [DefinitionTree(item, known) for item in definitions if isinstance(item, ast.FunctionDef | ast.ClassDef)]
    seen = {tree.whole for tree in trees}
    most += len(seen)
    for find in finders:
        for tree in trees:
            for change in find(tree):
                candidate = tree.changed(change)
                if candidate and candidate.source not in seen:
                    if len(seen) >= most:
                        return
                    seen.add(candidate.source)
                    yield candidate


_SKIPPED = frozenset({"loop ended", "detach", "in place", "branch forced", "dtype"})
"""Slips that never repair an answer."""


def _slips(tree: DefinitionTree) -> Iterator[Edit]:
    """Yield the slips by which mutants are made, since each can also undo a mistake."""
    for site in tree.sites:
        node = site.node
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        for operator, new in changes(node, site.holder, site.field):
            if operator not in _SKIPPED and not is_text:
                is_integer = isinstance(new, ast.BinOp) and isinstance(new.op, ast.FloorDiv)
                yield at(site, "integer" if is_integer else operator, new)


def _is_loaded(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _undefined(tree: DefinitionTree) -> Iterator[Edit]:
    """Yield undefined names replaced by other names, and expressions without the part that has an undefined name."""
    for function, site in tree.in_functions:
        node = site.node
        if _is_unknown(tree, node):
            others = [*tree.names_of(function), *_by_similarity(node.id, sorted(tree.known))[:3]]  # type: ignore[attr-defined]
            for name in _by_similarity(node.id, others):  # type: ignore[attr-defined]
                yield at(site, "undefined name", ast.Name(name, ast.Load()))
    for _, site in tree.in_functions:
        match site.node:
            case ast.BinOp(left=one, right=other) | ast.Call(func=ast.Attribute(attr="where"), args=[_, one, other]):
                lacking = [any(_is_unknown(tree, node) for node in ast.walk(part)) for part in (one, other)]
                if lacking in ([True, False], [False, True]):
                    yield at(site, "undefined name", other if lacking[0] else one)


def _is_unknown(tree: DefinitionTree, node: ast.AST) -> bool:
    return _is_loaded(node) and not _is_bound(tree, node.id)  # type: ignore[attr-defined]


def _is_bound(tree: DefinitionTree, name: str) -> bool:
    return name in tree.bound or name in ("self", "_") or hasattr(builtins, name)


def _by_similarity(name: str, others: Sequence[str]) -> list[str]:
    def similarity(other: str) -> tuple[bool, float]:
        return name[:1] == other[:1], len(set(name) & set(other)) / len(set(name) | set(other))

    return sorted(others, key=similarity, reverse=True)


def _returned(tree: DefinitionTree) -> Iterator[Edit]:
    """Yield a `return`, of the last value computed or printed, for functions that return nothing."""
    for function in tree.functions:
        if function.name == "__init__" or any(
            isinstance(node, ast.Return) and node.value for node in ast.walk(function)
        ):
            continue
        last = function.body[-1]
        match last:
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[value])) | ast.Expr(value=value):
                body = [*function.body[:-1], ast.Return(value)]
                yield Edit("return added", function, "body", None, body, last)
        for name in reversed(tree.names_of(function)):
            body = [*function.body, ast.Return(ast.Name(name, ast.Load()))]
            yield Edit("return added", function, "body", None, body, last)


_REDUCING = frozenset("mean sum amax amin max min var std norm prod argmax argmin any all logsumexp".split())
_CREATING = frozenset("zeros ones full tensor empty arange eye rand randn as_tensor linspace".split())
_ROOTED = ast.BinOp | ast.Name | ast.Call | ast.Subscript | ast.Attribute


def _insertions(tree: DefinitionTree) -> Iterator[Edit]:
    """Yield expressions with an addition around, after or in them."""
    for function, site in tree.in_functions:
        node, holder = site.node, site.holder
        match node:
            case ast.Call():
                yield from (at(site, *item) for item in _arguments(node, tree.names_of(function)))
            case ast.BinOp():
                yield from (at(site, *item) for item in _regrouped(node))
            case ast.Tuple(elts=items, ctx=ast.Store()):
                for swapped in neighbours_swapped(items):
                    yield at(site, "items swapped", with_fields(node, elts=swapped))
        if isinstance(node, ast.expr) and isinstance(holder, ast.Return):
            yield from (at(site, *item) for item in _results(node, function))
        if isinstance(node, ast.expr) and isinstance(holder, ast.Return | ast.Assign) and site.field == "value":
            for name in _unused(function):
                yield at(site, "term added", ast.BinOp(node, ast.Add(), ast.Name(name, ast.Load())))
        if isinstance(holder, ast.BinOp) and isinstance(node, _ROOTED):
            if isinstance(holder.op, ast.MatMult):
                yield at(site, "transposed", ast.Attribute(node, "mT", ast.Load()))
            elif isinstance(holder.op, ast.Div) and site.field == "right":
                yield at(site, "root added", ast.BinOp(node, ast.Pow(), ast.Constant(0.5)))


def _creations(tree: DefinitionTree) -> Iterator[Edit]:
    """Yield functions in which all created tensors get the dtype of one of the arguments."""
    for function in tree.functions:
        made = [node for node in ast.walk(function) if _lacks_dtype(node)]
        for name in tree.names_of(function)[:4] if made else []:
            body = deepcopy(function.body)
            for node in (node for statement in body for node in ast.walk(statement)):
                if isinstance(node, ast.Call) and _lacks_dtype(node):
                    dtype = ast.Attribute(ast.Name(name, ast.Load()), "dtype", ast.Load())
                    node.keywords = [*node.keywords, ast.keyword("dtype", dtype)]
            yield Edit("dtype", function, "body", None, body, made[0])


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
    """Yield the expression with other parentheses: a·(b + c) and a·b + c, a/(b·c) and a/b·c."""
    product, total = ast.Mult | ast.Div, ast.Add | ast.Sub
    match node:
        case ast.BinOp(left=left, op=op, right=ast.BinOp(left=first, op=inner, right=second)):
            if isinstance(op, product) or isinstance(inner, product):
                yield "regrouped", ast.BinOp(ast.BinOp(left, op, first), inner, second)
    match node:
        case ast.BinOp(left=ast.BinOp(left=first, op=inner, right=second), op=op, right=right):
            if isinstance(inner, product) and isinstance(op, product | total):
                yield "regrouped", ast.BinOp(first, inner, ast.BinOp(second, op, right))


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [item.arg for item in function.args.args if item.arg != "self"]


def _unused(function: ast.FunctionDef) -> list[str]:
    """Return the parameters that a function does not use."""
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return [name for name in _parameters(function) if name not in used]


def _results(node: ast.expr, function: ast.FunctionDef) -> Iterator[tuple[str, ast.AST]]:
    """Yield changes to what a function returns."""
    for item in function.args.args[:1]:
        size = ast.Call(ast.Name("len", ast.Load()), [ast.Name(item.arg, ast.Load())], [])
        yield "sum for mean", ast.BinOp(node, ast.Div(), size)
        yield "mean for sum", ast.BinOp(node, ast.Mult(), size)
    yield "integer", ast.Call(ast.Name("int", ast.Load()), [node], [])
    yield "number", _as_number(node)
    if isinstance(node, ast.Tuple):
        for place, part in enumerate(node.elts):
            parts = [*node.elts[:place], _as_number(part), *node.elts[place + 1 :]]
            yield "number", with_fields(node, elts=parts)
    yield "axis", method_of(node, "squeeze", ast.Constant(0))
    yield "axis", method_of(node, "unsqueeze", ast.Constant(0))
    yield "axis", method_of(node, "squeeze", ast.Constant(-1))
    yield "transposed", ast.Attribute(node, "mT", ast.Load())
    for first in (0, 1):
        yield "transposed", method_of(node, "transpose", ast.Constant(first), ast.Constant(first + 1))


def _as_number(node: ast.expr) -> ast.expr:
    """Return the conversion of a tensor without axes to a Python float."""
    return ast.Call(ast.Name("float", ast.Load()), [node], [])


def _statements(tree: DefinitionTree) -> Iterator[Edit]:
    """Yield blocks with two neighbouring statements swapped, or with a `return` moved out of its loop."""
    for holder in ast.walk(tree.root):
        for field in ("body", "orelse"):
            block = getattr(holder, field, None)
            if not isinstance(block, list) or isinstance(holder, ast.ClassDef):
                continue
            for (one, other), swapped in zip(pairwise(block), neighbours_swapped(block), strict=True):
                if not isinstance(one, ast.Return) and not isinstance(other, ast.Return | ast.FunctionDef):
                    yield Edit("statements swapped", holder, field, None, swapped, one)
            for place, loop in enumerate(block):
                if isinstance(loop, ast.For) and len(loop.body) > 1 and isinstance(loop.body[-1], ast.Return):
                    shorter = with_fields(loop, body=loop.body[:-1])
                    moved = [*block[:place], shorter, loop.body[-1], *block[place + 1 :]]
                    yield Edit("return moved", holder, field, None, moved, loop.body[-1])


def _near_names(tree: DefinitionTree) -> Iterator[Edit]:
    """Yield names replaced by the last assigned, the first parameter, or the most similar; also statement-wide."""
    for function in tree.functions:
        names, parameters = tree.names_of(function), _parameters(function)
        latest = ""
        for statement in sorted(_simple(function), key=lambda item: item.lineno):
            used = [node for node in ast.walk(statement) if _is_loaded(node) and node.id in names]  # type: ignore[attr-defined]
            for name in dict.fromkeys(node.id for node in used):  # type: ignore[attr-defined]
                others = [latest, *parameters[:1], *_by_similarity(name, [item for item in names if item != name])[:1]]
                for other in dict.fromkeys(item for item in others if item and item != name):
                    yield from _renamed(tree, statement, name, other)
            stored = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and not _is_loaded(node)]
            latest = stored[-1] if stored else latest


def _simple(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and not isinstance(node, COMPOUND):
            yield node


def _renamed(tree: DefinitionTree, statement: ast.stmt, name: str, other: str) -> Iterator[Edit]:
    """Yield a statement with a name replaced, at each occurrence and at all of them."""
    own, *inner = tree.by_statement[id(statement)]
    places = [site for site in inner if _is_loaded(site.node) and site.node.id == name]  # type: ignore[attr-defined]
    for site in places:
        yield at(site, "name", ast.Name(other, ast.Load()))
    if len(places) > 1:
        new = deepcopy(statement)
        for node in ast.walk(new):
            if _is_loaded(node) and node.id == name:  # type: ignore[attr-defined]
                node.id = other  # type: ignore[attr-defined]
        yield at(own, "name", new)


def _names(tree: DefinitionTree) -> Iterator[Edit]:
    """Yield names replaced by any other name of the function."""
    for function, site in tree.in_functions:
        node = site.node
        names = tree.names_of(function)
        if _is_loaded(node) and node.id in names:  # type: ignore[attr-defined]
            for name in names:
                if name != node.id:  # type: ignore[attr-defined]
                    yield at(site, "name", ast.Name(name, ast.Load()))


def _axes(tree: DefinitionTree) -> Iterator[Edit]:
    """Yield integers replaced by parameters."""
    for function, site in tree.in_functions:
        is_number = _number(site.node) is not None and not isinstance(site.holder, ast.UnaryOp)
        for name in _parameters(function) if is_number else []:
            yield at(site, "name", ast.Name(name, ast.Load()))


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
