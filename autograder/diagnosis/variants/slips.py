"""Variants with a small slip in the solution's code: a right idea with one thing written wrongly."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from autograder.language import gettext_noop
from autograder.mutation.mutations import BEGIN, END, mutants

from .variant import Variant

MOST = 400
"""The maximum number of slips of one solution."""
MOST_SECOND = 40
"""The maximum number of slips of one known mistake."""


SECOND = frozenset({"eps moved", "bias", "sign", "operands swapped", "term dropped", "call dropped", "function"})
"""The slips that are tried in known mistakes."""


@lru_cache(maxsize=1024)
def of_slips(solution: Any, operators: frozenset[str] = frozenset()) -> tuple[Variant, ...]:
    """Return the solution with each slip that has a sentence; none for a class, or for code that may not terminate.

    Args:
        solution: the course's own, or a known wrong one.
        operators: the operators of the slips; all if empty.
    """
    if not inspect.isfunction(solution):
        return ()
    names, name = solution.__globals__, solution.__name__
    source = _source(str(names.get("__file__", "")), name)
    if not source or "while " in source:
        return ()
    found: list[Variant] = []
    most = MOST_SECOND if operators else MOST
    for mutant in islice(mutants(name, source, operators or SENTENCES.keys()), most):
        bound = dict(names)
        try:
            exec(compile(mutant.source, "<solution>", "exec"), bound)  # staff's own code with a small change
        except SyntaxError:  # the parser accepts more than the compiler
            continue
        values = {"name": _dropped(source, mutant.source)}
        what, said = f"slip: {mutant.operator}", SENTENCES[mutant.operator]
        found.append(Variant(what, said, bound[name], len(found), values))
    return tuple(found)


def _dropped(source: str, changed: str) -> str:
    """Return " (`name`)" for the function that only the solution calls; "" if there is none, or several."""
    gone = _called(source) - _called(changed)
    return f" (`{next(iter(gone))}`)" if len(gone) == 1 else ""


def _called(source: str) -> Counter[str]:
    nodes = list(ast.walk(ast.parse(source)))
    functions = [node.func for node in nodes if isinstance(node, ast.Call)]
    functions += [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in ("T", "mT")]
    return Counter(getattr(function, "attr", "") or getattr(function, "id", "") for function in functions)


def _source(path: str, name: str) -> str:
    """Return a function's definition with the markers of the solution; in a known mistake they enclose all of it."""
    if not path or not Path(path).is_file():
        return ""
    text = Path(path).read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
            if node.decorator_list:
                lines.insert(node.body[0].lineno - node.lineno, BEGIN)
                lines.append(END)
            return "\n".join(lines)
    return ""


SENTENCES = {
    "eps moved": gettext_noop(
        "It gives what a right answer gives with one slip: eps is added in another place than the formula has it,"
        " outside the root."
    ),
    "bias": gettext_noop(
        "It gives what a right answer gives with one slip: a variance is divided by n - 1 in place of n, or by n in"
        " place of n - 1."
    ),
    "sign": gettext_noop(
        "It gives what a right answer gives with one slip: a sign is turned. Go through every minus of the formula."
    ),
    "operator": gettext_noop(
        "It gives what a right answer gives with one slip: another operation, + for - or * for /. Compare with the"
        " formula term by term."
    ),
    "term dropped": gettext_noop(
        "It gives what a right answer gives with one slip: a term or a factor of the formula is missing. Compare term"
        " by term."
    ),
    "operands swapped": gettext_noop(
        "It gives what a right answer gives with one slip: two operands are exchanged. Look at differences, quotients"
        " and products of matrices."
    ),
    "comparison": gettext_noop(
        "It gives what a right answer gives with one slip: another comparison, < for <= or > for <. Try the value at"
        " the boundary."
    ),
    "off by one": gettext_noop(
        "It gives what a right answer gives with one slip: an index or a range is off by one. Look at where each"
        " begins and ends."
    ),
    "detach": gettext_noop(
        "The values are right, but a part of the formula is detached or made anew, so that no gradient flows through"
        " it."
    ),
    "call dropped": gettext_noop(
        "It gives what a right answer gives with one slip: a function that the formula has{name} is not applied."
        " Compare step by step."
    ),
    "function": gettext_noop(
        "It gives what a right answer gives with one slip: a function that is like the right one stands in its place"
        " (such as sum and mean, max and min). Compare step by step."
    ),
    "items swapped": gettext_noop(
        "It gives what a right answer gives with one slip: two things that stand side by side are exchanged. Look at"
        " orders: of axes, of parts, of results."
    ),
    "arguments swapped": gettext_noop(
        "It gives what a right answer gives with one slip: two arguments of a call are exchanged."
    ),
    "condition": gettext_noop(
        "It gives what a right answer gives with one slip: something is not left out that should be."
    ),
    "constant": gettext_noop(
        "It gives what a right answer gives with one slip: a number of the formula is another one. Compare them all."
    ),
    "branch forced": gettext_noop(
        "It gives what a right answer gives with one slip: one case is not told from another, as where an if is"
        " missing or always true."
    ),
    "statement removed": gettext_noop(
        "It gives what a right answer gives with one slip: a step is missing. Compare step by step."
    ),
    "argument dropped": gettext_noop(
        "It gives what a right answer gives with one slip: an argument of a call is missing, such as dim or keepdim."
    ),
    "index dropped": gettext_noop("It gives what a right answer gives with one slip: an index is missing."),
}
"""The sentence for the student, by the mutant's operator."""
