"""Mutants of a solution: small wrong changes that a check must notice.

This uses `ast` instead of cosmic-ray or mutmut: they replace operators and constants, which takes a dozen lines here,
but have no mutations of axes, keepdim, eps, detach or in-place methods, run a test command for each mutant, and would
add a second syntax tree (parso, libcst).
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .slips import changes, mark_own

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class Mutant:
    """A changed solution; `removed` and `added` are the lines that differ, without indentation."""

    exercise: str
    operator: str
    source: str
    removed: str
    added: str

    def diff(self) -> str:
        """Return the change in the format of a patch."""
        lines = [f"- {line}" for line in self.removed.splitlines()]
        return "\n".join([*lines, *(f"+ {line}" for line in self.added.splitlines())])


def mutants(exercise: str, source: str, operators: Collection[str] | None = None) -> Iterator[Mutant]:
    """Yield all mutants of the solution's regions that differ in meaning from `source` and from each other.

    Args:
        exercise: the exercise's name.
        source: the solution's source.
        operators: the operators to use; all by default. If they are given, mutants with equal meaning are not removed,
            since that takes time.
    """
    tree = ast.parse(source)
    mark_own(tree)
    whole = ast.unparse(tree)
    seen = {_normalized(whole)}
    for holder, field, place, node in list(_nodes(tree, _lines(source))):
        for operator, new in list(changes(node, holder, field)):
            if operators is not None and operator not in operators:
                continue
            _replace(holder, field, place, ast.copy_location(new, node))
            text = ast.unparse(tree)
            _replace(holder, field, place, node)
            try:
                code = text if operators is not None else _normalized(text)
            except SyntaxError:
                continue
            if code not in seen:
                seen.add(code)
                yield Mutant(exercise, operator, text, *difference(whole, text))


def _lines(source: str) -> set[int]:
    """Return the line numbers of the solution regions."""
    inside, found = False, set()
    for number, line in enumerate(source.splitlines(), 1):
        if line.strip() == BEGIN:
            inside = True
        elif line.strip() == END:
            inside = False
        elif inside:
            found.add(number)
    return found


def _nodes(tree: ast.AST, lines: set[int]) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Yield each node of the regions with its parent, field and index.

    The messages of exceptions are skipped, and zip's `strict`, which only raises for inputs that do not occur.
    """
    for field, value in ast.iter_fields(tree):
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST):
                continue
            if getattr(node.target if isinstance(node, ast.comprehension) else node, "lineno", 0) in lines:
                yield tree, field, place, node
            if not isinstance(node, ast.Raise) and getattr(node, "arg", "") != "strict":
                yield from _nodes(node, lines)


def _replace(holder: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(holder, field, node)
    else:
        getattr(holder, field)[place] = node


def _normalized(source: str) -> str:
    """Return a text that is equal for sources of equal meaning: the syntax tree with constants folded.

    Compiled code would do for one version of Python, but each compiler optimizes differently.

    Raises:
        SyntaxError: it is not valid Python.
    """
    compile(source, "", "exec", dont_inherit=True)  # refuses more than the parser does
    return ast.dump(_ConstantFolder().visit(ast.parse(source)))


class _ConstantFolder(ast.NodeTransformer):
    """Folds constants."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return _folded(node) if isinstance(node.operand, ast.Constant) else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        both = isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant)
        return _folded(node) if both else node


def _folded(node: ast.expr) -> ast.expr:
    """Return the constant result of an operation on small numbers; the operation itself if there is none."""
    parts = [part for part in ast.walk(node) if isinstance(part, ast.Constant)]
    if not all(type(part.value) in (bool, int, float) and abs(part.value) < 1e6 for part in parts):  # type: ignore[arg-type]
        return node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.LShift):
        return node
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.Constant(eval(compile(ast.unparse(node), "", "eval")))  # numbers from staff's code
    except (ArithmeticError, TypeError, ValueError):
        return node


def difference(old: str, new: str) -> tuple[str, str]:
    """Return the lines in which two texts differ, without indentation: those removed and those added."""
    matcher = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    removed: list[str] = []
    added: list[str] = []
    for tag, first, last, start, stop in matcher.get_opcodes():
        if tag != "equal":
            removed += [line.strip() for line in old.splitlines()[first:last]]
            added += [line.strip() for line in new.splitlines()[start:stop]]
    return "\n".join(removed), "\n".join(added)
