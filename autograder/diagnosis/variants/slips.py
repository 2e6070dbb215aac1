"""The course's own solution with a small slip in its code: what a right idea gives with one thing written wrongly."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from autograder.mutation.mutations import BEGIN, END, mutants

from .variant import Variant

MOST = 400
"""So many slips of one solution are tried."""


SECOND = frozenset({"eps moved", "bias", "sign", "operands swapped", "term dropped", "call dropped", "function"})
"""Slips that are looked for beside a known mistake."""


@lru_cache(maxsize=1024)
def of_slips(solution: Any, operators: frozenset[str] = frozenset()) -> tuple[Variant, ...]:
    """The solution with each slip that has a sentence; none of a class, or of what may not end.

    Args:
        solution: the course's own, or a known wrong one.
        operators: only such slips; all where it is empty.
    """
    if not inspect.isfunction(solution):
        return ()
    names, name = solution.__globals__, solution.__name__
    source = _source(str(names.get("__file__", "")), name)
    if not source or "while " in source:
        return ()
    found: list[Variant] = []
    for mutant in islice(mutants(name, source, operators or SENTENCES.keys()), MOST):
        bound = dict(names)
        exec(compile(mutant.source, "<solution>", "exec"), bound)  # staff's own code, slightly changed
        hint = SENTENCES[mutant.operator].format(name=_dropped(source, mutant.source))
        found.append(Variant(f"slip: {mutant.operator}", hint, bound[name], number=len(found)))
    return tuple(found)


def _dropped(source: str, changed: str) -> str:
    """The function that the solution calls, and the changed one no longer does."""
    gone = _called(source) - _called(changed)
    return f" (`{next(iter(gone))}`)" if len(gone) == 1 else ""


def _called(source: str) -> Counter[str]:
    nodes = list(ast.walk(ast.parse(source)))
    functions = [node.func for node in nodes if isinstance(node, ast.Call)]
    functions += [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in ("T", "mT")]
    return Counter(getattr(function, "attr", "") or getattr(function, "id", "") for function in functions)


def _source(path: str, name: str) -> str:
    """The definition of a function, with the comments that bound the solution, around all of a known mistake."""
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


_IT = "It gives what a right answer gives with one slip"
SENTENCES = {
    "eps moved": f"{_IT}: eps is added in another place than the formula has it, outside the root.",
    "bias": f"{_IT}: a variance is divided by n - 1 in place of n, or by n in place of n - 1.",
    "sign": f"{_IT}: a sign is turned. Go through every minus of the formula.",
    "operator": f"{_IT}: another operation, + for - or * for /. Compare with the formula term by term.",
    "term dropped": f"{_IT}: a term or a factor of the formula is missing. Compare term by term.",
    "operands swapped": f"{_IT}: two operands are exchanged. Look at differences, quotients and products of matrices.",
    "comparison": f"{_IT}: another comparison, < for <= or > for <. Try the value at the boundary.",
    "off by one": f"{_IT}: an index or a range is off by one. Look at where each begins and ends.",
    "detach": "The values are right, but a part of the formula is detached or made anew, so that no gradient flows"
    " through it.",
    "call dropped": f"{_IT}: a function that the formula has{{name}} is not applied. Compare step by step.",
    "function": f"{_IT}: a function that is like the right one stands in its place (such as sum and mean, max and"
    " min). Compare step by step.",
    "items swapped": f"{_IT}: two things that stand side by side are exchanged. Look at orders: of axes, of parts, of"
    " results.",
    "arguments swapped": f"{_IT}: two arguments of a call are exchanged.",
    "condition": f"{_IT}: something is not left out that should be.",
    "constant": f"{_IT}: a number of the formula is another one. Compare them all.",
    "branch forced": f"{_IT}: one case is not told from another, as where an if is missing or always true.",
    "statement removed": f"{_IT}: a step is missing. Compare step by step.",
    "argument dropped": f"{_IT}: an argument of a call is missing, such as dim or keepdim.",
    "index dropped": f"{_IT}: an index is missing.",
}
"""By the operator of a mutant, the sentence for the student."""
