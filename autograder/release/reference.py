"""Finds the torch function that an exercise is compared with, and its parameters."""

from __future__ import annotations

import ast
import difflib
import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autograder.errors import AutograderError
from autograder.language.staff import for_staff
from autograder.notebook.vocabulary import Vocabulary

from .proofs import vocabulary_calls

_LEFT_OUT = {
    *("out", "inplace", "size_average", "reduce"),  # parameters that do not affect the computed values
    *("dtype", "device", "layout", "requires_grad", "pin_memory", "memory_format", "generator", "names"),
}


@dataclass(frozen=True)
class Parameter:
    """A parameter, and its default as Python code if it has one."""

    name: str
    default: str | None = None

    def __str__(self) -> str:
        return self.name if self.default is None else f"{self.name}={self.default}"


@dataclass(frozen=True)
class Reference:
    """A function of torch; `parameters` is None if they cannot be determined."""

    name: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...] | None

    @property
    def short(self) -> str:
        """Return the function's name in a file that imports torch.nn.functional as F."""
        return self.name.replace("torch.nn.functional.", "F.")

    @property
    def required(self) -> tuple[str, ...]:
        """Return the names of the parameters without a default."""
        return tuple(item.name for item in self.parameters or () if item.default is None)


def find(name: str) -> Reference:
    """Return the function with a dotted name such as torch.nn.functional.softplus.

    Raises:
        AutograderError: the name does not exist or is not a function.
    """
    owner, _, last = name.rpartition(".")
    found: Any = None
    if owner.partition(".")[0] == "torch" and not last.startswith("_"):
        found = getattr(_module(owner), last, None)
    if found is None:
        near = vocabulary_calls.matching([last]) or difflib.get_close_matches(name, vocabulary_calls.names(), 3)
        if near:
            meant = for_staff(" or ").join(near[:3])
            raise AutograderError(
                "--reference {name}: torch has no such function; do you mean {meant}?", name=name, meant=meant
            )
        raise AutograderError(
            "--reference {name}: torch has no such function; write one like torch.nn.functional.softplus", name=name
        )
    if inspect.ismodule(found) or inspect.isclass(found) or not callable(found):
        raise AutograderError(
            "--reference {name}: not a function; write one like torch.nn.functional.softplus", name=name
        )
    return Reference(name, found, _parameters(found, owner, last))


def taken(reference: Reference) -> list[str]:
    """Return the reference's name in a list if it is a basic operation, which the exercise must then remove."""
    return [reference.name] if Vocabulary().allows(reference.name) else []


def _module(name: str) -> Any:
    parts = name.split(".")
    found: Any = torch
    for place in range(1, len(parts)):
        found = getattr(found, parts[place], None)
        if found is None:
            try:
                found = importlib.import_module(".".join(parts[: place + 1]))
            except ImportError:
                return None
    return found


def _parameters(function: Any, owner: str, last: str) -> tuple[Parameter, ...] | None:
    """Return parameters from the signature, else from the documentation's first line, else from torch's stub file."""
    texts = [_by_python(function), *_by_documentation(function, last), *_by_stubs(owner, last)]
    return next((found for text in texts if text is not None and (found := _read(text)) is not None), None)


def _by_python(function: Any) -> str | None:
    try:
        parts = []
        for item in inspect.signature(function).parameters.values():
            if item.kind in (item.VAR_POSITIONAL, item.VAR_KEYWORD):
                return None
            parts.append(item.name if item.default is item.empty else f"{item.name}={item.default!r}")
        return ", ".join(parts)
    except (TypeError, ValueError):
        return None


def _by_documentation(function: Any, last: str) -> list[str]:
    text = " ".join((function.__doc__ or "").split())[:600]
    match = re.match(rf"(?:\w+\.)*{re.escape(last)}\(((?:[^()]|\([^()]*\))*)\)", text)
    return [match[1]] if match else []


def _by_stubs(owner: str, last: str) -> list[str]:
    path = Path(torch.__file__).parent / "_C" / "_VariableFunctions.pyi"
    if owner != "torch" or not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    match = re.search(rf"^def {re.escape(last)}\(((?:[^()]|\([^()]*\))*)\)", text, re.MULTILINE)
    return [match[1]] if match else []


def _read(text: str) -> tuple[Parameter, ...] | None:
    """Return the parameters in a signature's text; None if it is not valid Python."""
    try:
        [function] = ast.parse(f"def f({text}): pass").body
    except (SyntaxError, ValueError):
        return None
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    if arguments.vararg or arguments.kwarg:
        return None
    by_place = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(by_place) - len(arguments.defaults))
    pairs = [*zip(by_place, [*defaults, *arguments.defaults], strict=True)]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    found = []
    for argument, default in pairs:
        if argument.arg in _LEFT_OUT or argument.arg.startswith("_"):
            continue
        written = None if default is None else ast.unparse(default)
        try:
            ast.literal_eval(written or "0")
        except ValueError:
            return None
        found.append(Parameter(argument.arg, written.replace("'", '"') if written else None))
    found.sort(key=lambda item: item.default is not None)
    return tuple(found) or None
