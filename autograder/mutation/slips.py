"""The slips from which mutants are made: possible replacements for each kind of node of a solution's syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

_Change = tuple[str, ast.AST]
"""The name of the mutation operator, and the replacement of the node."""


def mark_own(tree: ast.AST) -> None:
    """Mark names bound to tensors that the function has created, which may be changed in place without harm."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        bound: dict[str, list[ast.expr | None]] = {item.arg: [None] for item in function.args.args}
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        values = {id(node.targets[0]): node.value for node in ast.walk(function) if isinstance(node, ast.Assign)}
        for name in names:
            if isinstance(name.ctx, ast.Store):
                bound.setdefault(name.id, []).append(values.get(id(name)))
        for name in names:
            name.is_own = all(map(_is_new, bound.get(name.id, [None])))  # type: ignore[attr-defined]


def _is_new(value: ast.expr | None) -> bool:
    if isinstance(value, ast.IfExp):
        return _is_new(value.body) and _is_new(value.orelse)
    return isinstance(value, ast.BinOp | ast.Constant) or (isinstance(value, ast.Call) and name_of(value) not in _VIEWS)


def changes(node: ast.AST, holder: ast.AST, field: str) -> Iterator[_Change]:
    """Yield the slips that can be made at a node, which is in the field `field` of `holder`."""
    if isinstance(node, ast.stmt):
        yield from _statement(node, holder)
    if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        yield from _gradient(node, holder, field)
        for kind, change in _EXPRESSIONS.items():
            if isinstance(node, kind) and not (kind is ast.Tuple and _is_set(holder)):
                yield from change(node)
    if isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            yield "condition", with_fields(node, ifs=[*node.ifs[:place], *node.ifs[place + 1 :]])


def _is_set(holder: ast.AST) -> bool:
    """Return whether the order of a tuple in this place does not matter: `in (…)`, `isinstance(…, (…))`."""
    return isinstance(holder, ast.Compare) or (isinstance(holder, ast.Call) and name_of(holder) == "isinstance")


def _statement(node: ast.stmt, holder: ast.AST) -> Iterator[_Change]:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.Pass):
        yield "statement removed", ast.Pass()
    match node:
        case ast.If() | ast.While():
            yield "branch forced", with_fields(node, test=ast.Constant(True))
            yield "branch forced", with_fields(node, test=ast.Constant(False))
        case ast.For():
            yield "loop ended", with_fields(node, body=[*node.body, ast.Break()])
        case ast.Assign(targets=[ast.Name() as target], value=ast.BinOp(left=ast.Name() as left) as value):
            if target.id == left.id and not left.is_own:  # type: ignore[attr-defined]
                yield "in place", ast.AugAssign(ast.Name(target.id, ast.Store()), value.op, value.right)
        case ast.AugAssign():
            for operator in _OPERATORS[type(node.op)]:
                yield "operator", with_fields(node, op=operator())
            if isinstance(node.target, ast.Name):
                value = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
                yield "out of place", ast.Assign([node.target], value)
            yield "assigned", ast.Assign([node.target], node.value)
        case ast.With():
            yield "context removed", ast.If(ast.Constant(True), node.body, [])


_DIFFERENTIABLE = ast.BinOp | ast.Call | ast.Subscript


def _gradient(node: ast.expr, holder: ast.AST, field: str) -> Iterator[_Change]:
    """Yield changes to the graph, the dtype or the sign of a result of the solution."""
    is_result = (field == "value" and isinstance(holder, ast.Assign | ast.Return)) or isinstance(holder, ast.Tuple)
    if isinstance(holder, ast.Tuple) and isinstance(node, ast.Name):
        yield "detach", method_of(node, "detach")
    if is_result and isinstance(node, _DIFFERENTIABLE):
        if not (isinstance(node, ast.Call) and name_of(node) in _WITHOUT_GRADIENT):
            yield "detach", method_of(node, "detach")
        yield "sign", ast.UnaryOp(ast.USub(), node)
        yield "dtype", method_of(node, "float")
        yield "dtype", method_of(node, "double")
    elif isinstance(node, ast.Call) and name_of(node) in _REDUCTIONS:
        yield "detach", method_of(node, "detach")


def _binary(node: ast.BinOp) -> Iterator[_Change]:
    for operator in _OPERATORS[type(node.op)]:
        yield "operator", with_fields(node, op=operator())
    yield "term dropped", node.left
    yield "term dropped", node.right
    if not isinstance(node.op, ast.Add | ast.Mult | ast.BitOr | ast.BitAnd):
        yield "operands swapped", with_fields(node, left=node.right, right=node.left)
    method = _IN_PLACE.get(type(node.op))
    if method and isinstance(node.left, ast.Name) and not node.left.is_own:  # type: ignore[attr-defined]
        yield "in place", method_of(node.left, method, node.right)
    if (
        isinstance(node.op, ast.Add)
        and isinstance(node.left, ast.Call)
        and name_of(node.left) == "sqrt"
        and _is_eps(node.right)
    ):
        root = node.left
        inner = root.args[0] if root.args else root.func.value  # type: ignore[attr-defined]
        added = ast.BinOp(inner, ast.Add(), node.right)
        yield "eps moved", with_fields(root, args=[added]) if root.args else method_of(added, "sqrt")


def _unary(node: ast.UnaryOp) -> Iterator[_Change]:
    yield "operator", node.operand


def _compare(node: ast.Compare) -> Iterator[_Change]:
    for place, operator in enumerate(node.ops):
        for new in _COMPARISONS[type(operator)]:
            yield "comparison", with_fields(node, ops=[*node.ops[:place], new(), *node.ops[place + 1 :]])
    sides = [node.left, *node.comparators]
    for place in range(len(sides)) if len(sides) > 2 else []:
        fewer = sides[:place] + sides[place + 1 :]
        ops = node.ops[: max(place - 1, 0)] + node.ops[max(place - 1, 0) + 1 :]
        yield "comparison", ast.Compare(fewer[0], ops, fewer[1:])


def _boolean(node: ast.BoolOp) -> Iterator[_Change]:
    yield "operator", with_fields(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    for place in range(len(node.values)):
        fewer = node.values[:place] + node.values[place + 1 :]
        yield "term dropped", with_fields(node, values=fewer) if len(fewer) > 1 else fewer[0]


def _constant(node: ast.Constant) -> Iterator[_Change]:
    match node.value:
        case bool():
            yield "constant", ast.Constant(not node.value)
        case int():
            for value in dict.fromkeys([node.value + 1, node.value - 1, 2 * node.value, 0]):
                yield "constant", ast.Constant(value)
        case float():
            for number in dict.fromkeys([2 * node.value, -node.value, node.value + 1, 0.0]):
                yield "constant", ast.Constant(number)
        case str():
            yield "constant", ast.Constant(node.value + "_")


def _call(node: ast.Call) -> Iterator[_Change]:
    name, function = name_of(node), node.func
    if isinstance(function, ast.Attribute) and not _is_module(function.value):
        yield "call dropped", function.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield "call dropped", node.args[0]
    for swapped in neighbours_swapped(node.args):
        yield "arguments swapped", with_fields(node, args=swapped)
    for place in range(len(node.args)):
        yield "argument dropped", with_fields(node, args=node.args[:place] + node.args[place + 1 :])
    for place in range(len(node.keywords)) if name != "zip" else []:
        yield "argument dropped", with_fields(node, keywords=node.keywords[:place] + node.keywords[place + 1 :])
    for other in _FUNCTIONS.get(name, ()):
        yield "function", _renamed(node, other)
    owner = function.value if isinstance(function, ast.Attribute) else None
    may_be_shared = isinstance(owner, ast.Name | ast.Subscript) and not getattr(owner, "is_own", False)
    if name in _WITH_IN_PLACE and owner and may_be_shared and not _is_module(owner):
        yield "in place", _renamed(node, name + "_")
    if name in ("var", "std") and all(item.arg not in ("unbiased", "correction") for item in node.keywords):
        yield "bias", with_fields(node, keywords=[*node.keywords, ast.keyword("correction", ast.Constant(0))])
        yield "bias", with_fields(node, keywords=[*node.keywords, ast.keyword("correction", ast.Constant(1))])
    if name == "sqrt":
        inner = node.args[0] if node.args else getattr(function, "value", None)
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add) and _is_eps(inner.right):
            root = ast.Call(function, [inner.left], []) if node.args else method_of(inner.left, "sqrt")
            yield "eps moved", ast.BinOp(root, ast.Add(), inner.right)
    if name == "range":
        yield "off by one", with_fields(node, args=[*node.args[:-1], _plus(node.args[-1], -1)])
        if len(node.args) == 1:
            yield "off by one", with_fields(node, args=[ast.Constant(1), node.args[0]])
        else:
            yield "off by one", with_fields(node, args=[_plus(node.args[0], 1), *node.args[1:]])


def _slice(node: ast.Slice) -> Iterator[_Change]:
    for field in ("lower", "upper", "step"):
        value = getattr(node, field)
        if value is not None:
            yield "off by one", with_fields(node, **{field: None})
            if not isinstance(value, ast.Constant):
                yield "off by one", with_fields(node, **{field: _plus(value, 1)})
                yield "off by one", with_fields(node, **{field: _plus(value, -1)})
    if node.lower is None and node.upper is None and node.step is None:
        yield "off by one", with_fields(node, lower=ast.Constant(1))


def _subscript(node: ast.Subscript) -> Iterator[_Change]:
    yield "index dropped", node.value
    if not isinstance(node.slice, ast.Constant | ast.Slice | ast.Tuple | ast.UnaryOp):
        yield "off by one", with_fields(node, slice=_plus(node.slice, 1))


def _conditional(node: ast.IfExp) -> Iterator[_Change]:
    yield "branch forced", node.body
    yield "branch forced", node.orelse


def _sequence(node: ast.Tuple | ast.List) -> Iterator[_Change]:
    for swapped in neighbours_swapped(node.elts):
        yield "items swapped", with_fields(node, elts=swapped)


def _attribute(node: ast.Attribute) -> Iterator[_Change]:
    if node.attr in ("T", "mT", "H"):
        yield "call dropped", node.value
    elif node.attr == "inf":
        yield "constant", ast.UnaryOp(ast.USub(), node)
        yield "constant", ast.Constant(1e4)


_EXPRESSIONS: dict[type, Callable[..., Iterator[_Change]]] = {
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Slice: _slice,
    ast.Subscript: _subscript,
    ast.IfExp: _conditional,
    ast.Tuple: _sequence,
    ast.List: _sequence,
    ast.Attribute: _attribute,
}
_OPERATORS: dict[type, tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv, ast.Mult),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitOr: (ast.BitAnd, ast.BitXor),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitXor: (ast.BitOr, ast.BitAnd),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}
_COMPARISONS: dict[type, tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_IN_PLACE: dict[type, str] = {ast.Add: "add_", ast.Sub: "sub_", ast.Mult: "mul_", ast.Div: "div_", ast.Pow: "pow_"}
_WITH_IN_PLACE = set(
    "abs add clamp cos div exp float_power fill log masked_fill mul neg pow reciprocal relu round rsqrt sigmoid sin"
    " sqrt square squeeze sub tanh transpose unsqueeze index_add index_fill scatter scatter_add scatter_reduce".split()
)
_WITHOUT_GRADIENT = set(
    "detach tensor from_numpy zeros ones empty arange zeros_like ones_like new_full new_zeros"
    " new_ones eye randperm all any long argmax bincount".split()
)
_VIEWS = set(
    "reshape view transpose permute unflatten flatten chunk split unbind expand squeeze unsqueeze detach to float"
    " double type_as as_tensor asarray from_numpy contiguous narrow select diagonal swapaxes movedim numpy".split()
)
_REDUCTIONS = set("amax amin mean norm sqrt std sum var vector_norm logsumexp softmax exp log abs rsqrt".split())
_FUNCTIONS: dict[str, tuple[str, ...]] = {}
"""By the name of a function, others that are confused with it."""
for _group in (
    "mean sum",
    "max min",
    "amax amin",
    "argmax argmin",
    "maximum minimum",
    "any all",
    "sin cos",
    "tanh sigmoid",
    "exp expm1",
    "log log1p log2",
    "sqrt square rsqrt",
    "floor ceil round trunc",
    "zeros ones",
    "new_zeros new_ones",
    "zeros_like ones_like",
    "stack cat",
    "vstack hstack",
    "var std",
    "bitwise_or bitwise_and",
    "triu tril",
    "cumsum cumprod",
    "sum prod",
    "argsort sort",
    "repeat repeat_interleave",
    "softmax log_softmax",
    "abs square",
    "randn rand",
    "split chunk",
):
    for _name_of in _group.split():
        _FUNCTIONS[_name_of] = (*_FUNCTIONS.get(_name_of, ()), *(item for item in _group.split() if item != _name_of))


# --- making nodes -----------------------------------------------------------------------------------------------------


def with_fields(node: ast.AST, **fields: object) -> ast.AST:
    """Return a copy of a node with some of its fields changed."""
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def neighbours_swapped(items: list[Any]) -> Iterator[list[Any]]:
    """Yield copies of the items with two neighbours swapped, for each pair of neighbours."""
    for place in range(len(items) - 1):
        yield [*items[:place], items[place + 1], items[place], *items[place + 2 :]]


def method_of(value: ast.expr, name: str, *args: ast.expr) -> ast.Call:
    """Return the call of a method of a value."""
    return ast.Call(ast.Attribute(value, name, ast.Load()), list(args), [])


def _plus(value: ast.expr, number: int) -> ast.BinOp:
    return ast.BinOp(deepcopy(value), ast.Add() if number > 0 else ast.Sub(), ast.Constant(abs(number)))


def name_of(node: ast.Call) -> str:
    """Return the last part of the name of the called function; "" if it has no name."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _renamed(node: ast.Call, name: str) -> ast.AST:
    new = with_fields(node.func, id=name) if isinstance(node.func, ast.Name) else with_fields(node.func, attr=name)
    return with_fields(node, func=new)


def _is_module(node: ast.expr) -> bool:
    """Return whether an expression is a module, such as `torch` or `torch.nn.functional`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in _MODULES


_MODULES = {"torch", "np", "numpy", "math", "F", "nn", "Image", "random"}


def _is_eps(node: ast.expr) -> bool:
    match node:
        case ast.Name(id="eps") | ast.Attribute(attr="eps"):
            return True
        case ast.Constant(value=float(value)):
            return 0 < value < 0.01
    return False
