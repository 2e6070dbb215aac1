"""Small wrong changes to a reference solution: the slips that a check must notice.

Plain `ast`, and not cosmic-ray or mutmut: they replace operators and constants, as a dozen lines here do, but know
nothing of axes, keepdim, eps, detach or in-place methods, run a test command for each mutant, and would bring a second
syntax tree (parso, libcst).
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
    """One changed solution: `removed` and `added` are its lines that differ, without indentation."""

    exercise: str
    operator: str
    source: str
    removed: str
    added: str

    def diff(self) -> str:
        """As in a patch."""
        lines = [f"- {line}" for line in self.removed.splitlines()]
        return "\n".join([*lines, *(f"+ {line}" for line in self.added.splitlines())])


def mutants(exercise: str, source: str, operators: Collection[str] | None = None) -> Iterator[Mutant]:
    """All mutants of the solution's regions that mean something else than `source` and each other.

    Args:
        exercise: its name.
        source: of the solution.
        operators: only these; all where it is None.
    """
    tree = ast.parse(source)
    mark_own(tree)
    whole = ast.unparse(tree)
    seen = {_normal(whole)}
    for holder, field, place, node in list(_nodes(tree, _lines(source))):
        for operator, new in list(changes(node, holder, field)):
            if operators is not None and operator not in operators:
                continue
            _put(holder, field, place, ast.copy_location(new, node))
            text = ast.unparse(tree)
            _put(holder, field, place, node)
            try:
                code = _normal(text)
            except SyntaxError:
                continue
            if code not in seen:
                seen.add(code)
                yield Mutant(exercise, operator, text, *difference(whole, text))


def _lines(source: str) -> set[int]:
    """The numbers of the lines in solution regions."""
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
    """Each node of the regions with the place where it hangs.

    What an exception says is left alone, and zip's `strict`: it refuses only what does not occur.
    """
    for field, value in ast.iter_fields(tree):
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST):
                continue
            if getattr(node.target if isinstance(node, ast.comprehension) else node, "lineno", 0) in lines:
                yield tree, field, place, node
            if not isinstance(node, ast.Raise) and getattr(node, "arg", "") != "strict":
                yield from _nodes(node, lines)


def _put(holder: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(holder, field, node)
    else:
        getattr(holder, field)[place] = node


def _normal(source: str) -> str:
    """What two texts share that mean the same: their tree, with constants worked out.

    Compiled code would do for one Python, but each compiler leaves out something else.

    Raises:
        SyntaxError: it is no Python.
    """
    compile(source, "", "exec", dont_inherit=True)  # refuses more than the parser does
    return ast.dump(_Simplified().visit(ast.parse(source)))


class _Simplified(ast.NodeTransformer):
    """Works out constants."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return _worked_out(node) if isinstance(node.operand, ast.Constant) else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        both = isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant)
        return _worked_out(node) if both else node


def _worked_out(node: ast.expr) -> ast.expr:
    """The constant that an operation on numbers gives; the operation itself where it gives none, or a large one."""
    parts = [part for part in ast.walk(node) if isinstance(part, ast.Constant)]
    if not all(type(part.value) in (bool, int, float) and abs(part.value) < 1e6 for part in parts):  # type: ignore[arg-type]
        return node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.LShift):
        return node
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.Constant(eval(compile(ast.unparse(node), "", "eval")))  # two numbers of staff's own
    except (ArithmeticError, TypeError, ValueError):
        return node


def difference(old: str, new: str) -> tuple[str, str]:
    """The lines in which two texts differ, without indentation."""
    matcher = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    removed: list[str] = []
    added: list[str] = []
    for tag, first, last, start, stop in matcher.get_opcodes():
        if tag != "equal":
            removed += [line.strip() for line in old.splitlines()[first:last]]
            added += [line.strip() for line in new.splitlines()[start:stop]]
    return "\n".join(removed), "\n".join(added)


# --- operators --------------------------------------------------------------------------------------------------------
