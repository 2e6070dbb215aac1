"""Runs in the jail and outside it: the operators that a check can apply to a student's object."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

BINARY = {
    "__add__": "add",
    "__sub__": "sub",
    "__mul__": "mul",
    "__matmul__": "matmul",
    "__truediv__": "truediv",
    "__floordiv__": "floordiv",
    "__mod__": "mod",
    "__pow__": "pow",
    "__and__": "and_",
    "__or__": "or_",
    "__xor__": "xor",
    "__lshift__": "lshift",
    "__rshift__": "rshift",
}
"""Functions of `operator` with two arguments, by the method that implements them."""
COMPARISONS = {"__lt__": operator.lt, "__le__": operator.le, "__gt__": operator.gt, "__ge__": operator.ge}
UNARY = {"__neg__": "neg", "__pos__": "pos", "__invert__": "invert", "__abs__": "abs"}
"""Functions of `operator` with one argument."""


def _swapped(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda right, left: function(left, right)


OPERATORS: dict[str, Callable[..., Any]] = {
    **COMPARISONS,
    **{method: getattr(operator, name) for method, name in {**BINARY, **UNARY}.items()},
    **{f"__r{method[2:]}": _swapped(getattr(operator, name)) for method, name in BINARY.items()},
    **{f"__i{method[2:]}": getattr(operator, f"__i{name.strip('_')}__") for method, name in BINARY.items()},
    "__eq__": operator.eq,
    "__str__": str,
    "__int__": int,
    "__float__": float,
    "__round__": round,
    "__next__": next,
    "__reversed__": lambda target: list(reversed(target)),
    "__instancecheck__": lambda target, item: isinstance(item, target),
    "__subclasscheck__": lambda target, item: issubclass(item, target),
    "__signature__": lambda target: [
        (item.name, int(item.kind), [] if item.default is item.empty else [item.default])
        for item in inspect.signature(target).parameters.values()
    ],
    "__dir__": lambda target: list(dir(target)),
}
"""By the name of the special method; `__radd__` and its kind have the student's object on the right."""
