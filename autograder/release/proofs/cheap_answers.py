"""Answers that must earn no points: bodies without knowledge, and solutions on overwritten arguments."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.language.staff import for_staff, for_staff_noop

_HELPERS = """
import numpy as _np
import torch as _torch
from PIL import Image as _Image

def _flat(values):
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _flat(value)
        elif isinstance(value, dict):
            yield from _flat(value.values())
        else:
            yield value

def _fill(values, number):
    for value in _flat(values):
        try:
            if isinstance(value, _torch.Tensor):
                value.data.fill_(number)
            elif isinstance(value, _np.ndarray):
                value[...] = number
            elif isinstance(value, _Image.Image):
                value.paste(int(number) if number == number else 0, (0, 0, *value.size))
        except Exception:
            pass

def _empty(values):
    for value in _flat(values):
        if isinstance(value, _torch.Tensor):
            value.data = value.data.new_empty((0,) * value.dim())

def _copies(value):
    if isinstance(value, (list, tuple)):
        return type(value)(_copies(item) for item in value)
    if isinstance(value, dict):
        return {key: _copies(item) for key, item in value.items()}
    if isinstance(value, _torch.Tensor):
        return value.clone()
    return value.copy() if isinstance(value, (_np.ndarray, _Image.Image)) else value

def _like(value, number):
    if isinstance(value, (list, tuple)):
        return type(value)(_like(item, number) for item in value)
    if isinstance(value, dict):
        return {key: _like(item, number) for key, item in value.items()}
    try:
        if isinstance(value, _torch.Tensor) and value.layout != _torch.strided:
            parts = value.coalesce()
            return _torch.sparse_coo_tensor(parts.indices(), _like(parts.values(), number), value.shape)
        if isinstance(value, _torch.Tensor) and not value.is_floating_point() and number != number:
            return _torch.full_like(value, -1)
        if isinstance(value, _torch.Tensor):
            return _torch.full_like(value, number)
        if isinstance(value, _np.ndarray):
            return _np.full_like(value, number)
        if isinstance(value, _Image.Image):
            return _Image.new(value.mode, value.size)
        return type(value)(number)
    except Exception:  # no NaN among integers
        return _like(value, 0)

def _first(given):
    arrays = [value for value in _flat(given) if isinstance(value, (_torch.Tensor, _np.ndarray))]
    return [*arrays, *given, None][0]
"""
"""Code added to each answer, under names that no notebook uses."""


@dataclass(frozen=True)
class Body:
    """A function body in place of a solution; `code` may use `given`, the list of all arguments."""

    template: str
    values: Mapping[str, str]
    code: str

    @property
    def name(self) -> str:
        """Return what it does, in English, as a key."""
        return self.template.format(**self.values)

    @property
    def manner(self) -> str:
        """Return what it does, in staff's language."""
        return for_staff(self.template, **{name: for_staff(value) for name, value in self.values.items()})


_RETURNED = {
    for_staff_noop("the first argument"): "given[0]",
    for_staff_noop("the last argument"): "given[-1]",
    for_staff_noop("a copy of the first argument"): "_copies(given[0])",
    for_staff_noop("all arguments"): "tuple(given)",
    for_staff_noop("all tensors"): "tuple(v for v in _flat(given) if isinstance(v, _torch.Tensor))",
    for_staff_noop("zeros for each tensor"): "tuple(_like(v, 0) for v in _flat(given) if isinstance(v, _torch.Tensor))",
    for_staff_noop("zeros"): "_like(_first(given), 0)",
    for_staff_noop("ones"): "_like(_first(given), 1)",
    "NaN": "_like(_first(given), float('nan'))",
    for_staff_noop("infinity"): "_like(_first(given), float('inf'))",
    for_staff_noop("nothing in the right number of axes"): "_first(given).new_empty((0,) * _first(given).dim())",
    for_staff_noop("random numbers"): "_torch.rand_like(_first(given))",
    for_staff_noop("the first argument negated"): "-_first(given)",
    for_staff_noop("the first argument times zero"): "_first(given) * 0",
    for_staff_noop("the mean"): "_first(given).mean()",
    for_staff_noop("the sum"): "_first(given).sum()",
    for_staff_noop("the sum of the last axis"): "_first(given).sum(-1)",
    for_staff_noop("the number 0 as a tensor"): "_torch.tensor(0.0)",
    for_staff_noop("the shape"): "tuple(_first(given).shape)",
    "0": "0",
    "1": "1",
    "0.0": "0.0",
    "True": "True",
    "False": "False",
    "None": "None",
    for_staff_noop("an empty list"): "[]",
    for_staff_noop("the function itself"): "_like",
}
_RAISED = ("ValueError", "TypeError", "IndexError", "KeyError", "RuntimeError", "ZeroDivisionError", "Exception")
_OVERWRITTEN = {
    "zeros": "_fill(given, 0)",
    "ones": "_fill(given, 1)",
    "NaN": "_fill(given, float('nan'))",
    for_staff_noop("nothing"): "_empty(given)",
}

BODIES: tuple[Body, ...] = (
    *(Body(for_staff_noop("returns {what}"), {"what": what}, f"return {code}") for what, code in _RETURNED.items()),
    *(Body(for_staff_noop("raises {error}"), {"error": name}, f"raise {name}('wrong')") for name in _RAISED),
    *(
        Body(
            for_staff_noop("overwrites its arguments with {what} and returns {returned}"),
            {"what": what, "returned": returned},
            f"{code}\nreturn {result}",
        )
        for what, code in _OVERWRITTEN.items()
        for returned, result in (
            (for_staff_noop("the first"), "given[0]"),
            (for_staff_noop("copies"), "_copies(_first(given))"),
        )
    ),
)
"""Bodies without knowledge of the exercise."""

CHANGED = frozenset(
    f"returns {what}" for what in ("the first argument", "zeros", "the first argument negated", "the mean", "0", "True")
)
"""Bodies on which small changes are tried as well; with all of them it would take an hour."""

IN_PLACE = "# on the arguments themselves"
"""A comment that marks solutions that overwrite their arguments in place."""

CONSTANTS: tuple[tuple[str, str], ...] = (
    ("zeros", "0"),
    ("ones", "1"),
    ("0.5", "0.5"),
    ("NaN", "float('nan')"),
)
"""Constants for answers of the right shape: name, and number as code."""


def knows_nothing(stub: str, body: Body) -> str:
    """Return a stub's code with `raise NotImplementedError` replaced by the body, in constructors by `pass`."""
    lines = stub.splitlines()
    for node in sorted(_unwritten(stub), key=lambda item: -item.lineno):
        code = "pass" if _is_in_constructor(stub, node) else f"{_GIVEN}\n{body.code}"
        lines[node.lineno - 1 : node.end_lineno] = textwrap.indent(code, " " * node.col_offset).splitlines()
    return _HELPERS + "\n".join(lines) + "\n"


_GIVEN = "given = [value for name, value in locals().items() if name not in ('self', '__class__')]"


def _unwritten(stub: str) -> list[ast.Raise]:
    return [node for node in ast.walk(ast.parse(stub)) if isinstance(node, ast.Raise)]


def _is_in_constructor(stub: str, raising: ast.Raise) -> bool:
    functions = [node for node in ast.walk(ast.parse(stub)) if isinstance(node, ast.FunctionDef)]
    return any(
        node.name == "__init__" and node.lineno <= raising.lineno <= (node.end_lineno or 0) for node in functions
    )


def constants(exercise: str, solution: str) -> Iterator[tuple[str, str]]:
    """Yield description and code of answers of the right shape in which every number is the same."""
    if not _is_function(exercise, solution):
        return
    for what, number in CONSTANTS:
        yield (
            for_staff("returns {what} of the right shape", what=for_staff(what)),
            f"{_known(exercise, solution)}\n"
            f"def {exercise}(*a, **k):\n    return _like(_known_{exercise}(*_copies(a), **k), {number})\n",
        )


def overwriting(exercise: str, solution: str) -> Iterator[tuple[str, str, str]]:
    """Yield solutions that first overwrite their arguments: description, code in place, and code on copies."""
    for what, code in _OVERWRITTEN.items():
        in_place = _overwriting(exercise, solution, code, IN_PLACE)
        yield for_staff(what), in_place, _overwriting(exercise, solution, code, "given = _copies(given)")


def _overwriting(exercise: str, solution: str, code: str, first: str) -> str:
    wrapped = f"""
def _after(function, bound):
    def call(*a, **k):
        given = [*a[bound:], *k.values()]
        {first}
        {code}
        return function(*a[:bound], *given[: len(a) - bound], **dict(zip(k, given[len(a) - bound :])))
    return call
"""
    known = _known(exercise, solution) + wrapped
    if _is_function(exercise, solution):
        return f"{known}\ndef {exercise}(*a, **k):\n    return _after(_known_{exercise}, 0)(*a, **k)\n"
    methods = [
        node.name
        for node in ast.walk(ast.parse(solution))
        if isinstance(node, ast.FunctionDef) and node.name != "__init__" and not node.name.startswith("_")
    ]
    lines = [f"    {name} = _after(_known_{exercise}.{name}, 1)" for name in dict.fromkeys(methods)]
    return f"{known}\nclass {exercise}(_known_{exercise}):\n" + "\n".join(lines or ["    pass"]) + "\n"


def _known(exercise: str, solution: str) -> str:
    """Return the code of the helpers, and of the solution under another name."""
    return _HELPERS + re.sub(rf"\b{re.escape(exercise)}\b", f"_known_{exercise}", solution)


def _is_function(exercise: str, solution: str) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == exercise for node in ast.parse(solution).body)


def stubs(notebook: Mapping[str, object]) -> dict[str, str]:
    """Return the stubs of a released notebook, by exercise."""
    cells: list[dict[str, object]] = notebook["cells"]  # type: ignore[assignment]
    found = {}
    for cell in cells:
        own: dict[str, str] = cell["metadata"].get("autograder", {})  # type: ignore[attr-defined]
        if "exercise" in own:
            found[own["exercise"]] = "".join(cell["source"])  # type: ignore[arg-type]
    return found
