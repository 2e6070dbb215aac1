"""Reads the cells of tests in otter-grader's source notebooks, and writes each as plain Python with assertions.

otter-grader compares what a cell shows with the output that is stored in the notebook; a function `test_…` passes
unless it raises an exception.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from autograder.language.staff import for_staff

from . import names
from .rewriting import CannotTranslate

_BEGIN_CONFIG = re.compile(r"(?i)^(?:\w+\s*=\s*)?(?:\"{1,3}|'{1,3})\s*#\s*BEGIN\s+TEST\s+CONFIG")
_END_CONFIG = re.compile(r"(?i)^\s*(?:\"{1,3}|'{1,3});?\s*#\s*END\s+TEST\s+CONFIG")
_MARK = re.compile(r"(?i)^#+\s*(?:HIDDEN(?:\s+TESTS?)?|TESTS?)(?:\s*#+)?\s*$")
_NUMPY_SCALAR = re.compile(r"np\.\w+?(?:\((.*)\)|_)", re.DOTALL)
_ADDRESS = re.compile(r"\bat 0x[0-9A-Fa-f]{4,}")
_SIMPLE = ast.Name | ast.Call | ast.Attribute | ast.Subscript | ast.Constant | ast.List | ast.Dict | ast.Tuple
_CHECKING = re.compile(r"(?i)^(assert|test|check)")
"""Names of functions that return None if all is well."""


@dataclass(frozen=True)
class OtterTest:
    """One cell of tests."""

    source: str
    is_hidden: bool
    points: float | None
    """Its own points, if it has any."""
    fault: str = ""
    """Why it cannot be translated."""


def read(cell: Mapping[str, Any], bound: set[str]) -> OtterTest:
    """Return the tests of a cell.

    Args:
        cell: the code cell of the notebook, with its outputs.
        bound: the names that the cells above it bind.
    """
    lines = str(cell["source"]).split("\n")
    settings: dict[str, Any] = {}
    is_hidden = False
    if _BEGIN_CONFIG.match(lines[0]):
        end = next((place for place, line in enumerate(lines) if _END_CONFIG.match(line)), len(lines))
        try:
            found = yaml.safe_load("\n".join(lines[1:end]))
        except yaml.YAMLError:
            found = None
        settings, lines = found if isinstance(found, dict) else {}, lines[end + 1 :]
    elif lines[0].lstrip().startswith("#"):
        is_hidden = bool(re.search(r"(?i)\bhidden\b", lines[0]))
        lines = lines[1:] if is_hidden or _MARK.match(lines[0]) else lines
    source = "\n".join(lines).strip("\n")
    points = settings.get("points")
    fault = ""
    try:
        source = _translated(source, cell, bound)
    except CannotTranslate as error:
        fault = str(error)
    is_number = isinstance(points, int | float) and not isinstance(points, bool)
    own = max(0.0, float(points)) if is_number and points is not None else None
    return OtterTest(source, bool(settings.get("hidden", is_hidden)), own, fault)


def shares(total: float | None, own: Sequence[float | None]) -> list[float]:
    """Return the points of each cell of tests of a question, in hundredths, whose sum is the question's.

    Args:
        total: the points of the question, if it names any.
        own: the points of each cell, if it names any.
    """
    named = [points for points in own if points is not None]
    unnamed = len(own) - len(named)
    if total is None:
        total = sum(named) if any(named) or (named and not unnamed) else 1.0
    rest = max(0, round(100 * (total - sum(named))))
    found, passed = [], 0
    for points in own:
        if points is None:
            passed += 1
            found.append((rest * passed // unnamed - rest * (passed - 1) // unnamed) / 100)
        else:
            found.append(points)
    return found


def _translated(source: str, cell: Mapping[str, Any], bound: set[str]) -> str:
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return source  # the reason is given when it is translated
    match body:
        case [ast.FunctionDef(name=name) as function] | [ast.FunctionDef(name=name) as function, ast.Expr(ast.Call())]:
            if name.lower().startswith("test"):
                return _without_function(source, function, bound)
    printed, result, has_failed = _stored(cell.get("outputs") or ())
    if has_failed:
        raise CannotTranslate(for_staff("has an exception as its stored output"))
    if not body or not isinstance(body[-1], ast.Expr):
        if result:
            raise CannotTranslate(for_staff("has a stored output that is not that of its last line"))
        return _with_printed(source, body, printed) if printed else source
    last = body[-1]
    before = "\n".join(source.split("\n")[: last.lineno - 1])
    shown = ast.get_source_segment(source, last.value) or ast.unparse(last.value)
    if result:
        head = _with_printed(before, body[:-1], printed) if printed else before
        return f"{head}\n{_shows(last.value, shown, result)}".strip("\n")
    if printed:
        calls = [node for item in body for node in ast.walk(item) if _is_print(node)]
        if not calls:
            raise CannotTranslate(for_staff("compares what the student's code prints"))
        if calls == [last.value] and not getattr(calls[0], "keywords", ()):
            return f"{before}\n{_prints(source, calls[0], printed)}".strip("\n")
        return _with_printed(source, body, printed)
    checking = isinstance(last.value, ast.Call) and _CHECKING.match(ast.unparse(last.value.func).rpartition(".")[2])
    if cell.get("execution_count") is None and not checking and not isinstance(last.value, ast.Constant):
        raise CannotTranslate(for_staff("has no stored output to compare with; run the notebook, and save it"))
    return source


def _stored(outputs: Sequence[Mapping[str, Any]]) -> tuple[str, str, bool]:
    """Return what a cell printed, the text of its result, and whether it ended with an exception."""
    printed, result, has_failed = "", "", False
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream" and output.get("name") == "stdout":
            printed += _text(output.get("text"))
        elif kind == "execute_result":
            result = _text((output.get("data") or {}).get("text/plain"))
        has_failed |= kind == "error"
    return printed.strip("\n"), result.strip(), has_failed


def _text(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _shows(node: ast.expr, code: str, stored: str) -> str:
    """Return the assertion that an expression has the value which the notebook shows as `stored`."""
    scalar = _NUMPY_SCALAR.fullmatch(stored)
    text = (scalar[1] or stored.removeprefix("np.").strip("_")) if scalar else stored
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return _same_text(f"repr({code})", stored)
    code = code if isinstance(node, _SIMPLE) else f"({code})"
    if isinstance(value, bool) and isinstance(node, ast.Compare):
        return f"assert {code[1:-1]}" if value else f"assert not {code}"
    return f"assert {code} == {text if len(text.splitlines()) == 1 else repr(value)}"


def _same_text(code: str, stored: str) -> str:
    if _ADDRESS.search(stored):
        raise CannotTranslate(for_staff("has a stored output that differs from run to run"))
    words = " ".join(stored.split())
    code = code if words == stored else f'" ".join({code}.split())'
    return f"assert {code} == {words!r}"


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _prints(source: str, call: Any, printed: str) -> str:
    codes = [ast.get_source_segment(source, item) or ast.unparse(item) for item in call.args]
    if len(codes) == 1 and not isinstance(call.args[0], ast.Starred):
        return _same_text(f"str({codes[0]})", printed)
    return _same_text(f'" ".join(map(str, [{", ".join(codes)}]))', printed)


def _with_printed(source: str, body: Sequence[ast.stmt], printed: str) -> str:
    """Return the code with an assertion on what it prints itself."""
    if not any(_is_print(node) for item in body for node in ast.walk(item)):
        raise CannotTranslate(for_staff("compares what the student's code prints"))
    inside = textwrap.indent(_moved(source, body), "    ")
    return (
        "import io\nfrom contextlib import redirect_stdout\n\nwith redirect_stdout(io.StringIO()) as shown:\n"
        f"{inside}\nassert shown.getvalue().split() == {' '.join(printed.split())!r}.split()"
    )


def _moved(source: str, body: Sequence[ast.stmt]) -> str:
    """Return statements that can be indented or dedented: as they are written, if no text in them has several lines."""
    lines = source.split("\n")
    first = min([body[0].lineno, *(item.lineno for item in getattr(body[0], "decorator_list", []))])
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    text = textwrap.dedent("\n".join(lines[first - 1 : body[-1].end_lineno]))
    wanted = ast.dump(ast.Module(list(body), []))
    try:
        same = ast.dump(ast.parse(text)) == wanted == ast.dump(_dedented(text))
    except SyntaxError:
        same = False
    return text if same else "\n".join(map(ast.unparse, body))


def _dedented(text: str) -> ast.Module:
    """Return the code after indenting and parsing it, which changes texts of several lines."""
    inside = ast.parse("if True:\n" + textwrap.indent(text, "    ", lambda line: True)).body[0]
    assert isinstance(inside, ast.If)
    return ast.Module(inside.body, [])


def _without_function(source: str, function: ast.FunctionDef, bound: set[str]) -> str:
    """Return the body of a test function, whose arguments are names of the notebook; `env` is all of them.

    A function that returns early, or whose own names the notebook binds as well, is kept, and called.
    """
    args = function.args
    parameters = [item.arg for item in [*args.posonlyargs, *args.args, *args.kwonlyargs]]
    if args.vararg or args.kwarg or args.defaults or any(args.kw_defaults):
        raise CannotTranslate(for_staff("is a function with arguments that are no names of the notebook"))
    body: list[ast.stmt] = function.body
    has_env = "env" in parameters
    if has_env:
        body = [_WithoutEnv().visit(item) for item in body]
        parameters = [name for name in parameters if name != "env"]
        source = ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))
        body = ast.parse(source).body
    own = {name for item in body for name in names.bound_names(item)}
    leaves = any(
        isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) for item in body for node in _of_its_own(item)
    )
    if not leaves and not own & (bound | set(parameters)):
        return _moved(source, body)
    inside = textwrap.indent(_moved(source, body), "    ")
    return f"def {function.name}({', '.join(parameters)}):\n{inside}\n{function.name}({', '.join(parameters)})"


class _WithoutEnv(ast.NodeTransformer):
    """Replaces `env["name"]` by the name, and other uses of `env` by `globals()`."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        match node:
            case ast.Subscript(value=ast.Name(id="env"), slice=ast.Constant(value=str(name))) if name.isidentifier():
                return ast.Name(id=name, ctx=node.ctx)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id != "env":
            return node
        return ast.Call(func=ast.Name(id="globals", ctx=ast.Load()), args=[], keywords=[])


def _of_its_own(node: ast.AST) -> list[ast.AST]:
    """Return the nodes of a statement outside of functions that it defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return []
    return [node, *(inner for child in ast.iter_child_nodes(node) for inner in _of_its_own(child))]
