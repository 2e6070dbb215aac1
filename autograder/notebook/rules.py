"""Checks an exercise's code against its vocabulary, without running it.

Only code that the graded name can reach is checked, so that students may call torch's own function elsewhere for
comparison. What static analysis cannot see (methods of tensors, names computed at run time) is caught by the watch in
the jail when it is called.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from autograder.language import gettext, gettext_noop

from .bindings import Bindings, called, global_names, nodes, parts, statements
from .texts import is_disguised, text
from .vocabulary import Vocabulary, is_module, longest, plain
from .vocabulary_table import METHODS_REFUSED

_INSIDES = {
    "sys": ("settrace", "setprofile", "_*"),
    "gc": ("get_*", "callbacks"),
    "inspect": ("currentframe", "stack", "trace", "getouterframes", "getinnerframes"),
    "threading": ("settrace*", "setprofile*"),
    "ctypes": ("*",),
    "cffi": ("*",),
}
"""Functions by module that give access to the interpreter's internals, including the watch and its records."""
_FRAMES = frozenset("f_back f_builtins f_globals f_locals tb_frame gi_frame cr_frame ag_frame __subclasses__".split())
"""Attributes of any object that give such access."""
_WAYS = re.compile(
    r"\b(" + "|".join([*_INSIDES, *_FRAMES, "import_module", "__import__", "builtins"]) + r")\b"
    r"|(?<!\.)\b(exec|eval|compile)\b"
)
"""Words without which code has no such access, unless it contains letters outside ASCII."""
_ANY = "object"

_BEHIND = frozenset(
    "__self__ __globals__ __closure__ cell_contents __builtins__ __code__ __reduce__ __reduce_ex__".split()
)
"""Attributes that lead from a function to its internals."""
_RUNNING = ("exec", "eval", "compile")
_IMPORTING = ("import_module", "__import__", "reload")
_BUILTINS_REFUSED = frozenset("exec eval compile __import__ globals __dict__".split())
_LOOKING_UP = frozenset("attrgetter methodcaller __getattribute__ __getattr__ getmembers".split())
"""Functions, in addition to getattr, that look up an attribute by its name."""
_DUNDERS = frozenset("__dict__ __getattribute__ __getattr__ __loader__ __spec__".split())
_UNREADABLE = gettext_noop("a name made up at run time")


@dataclass(frozen=True)
class Use:
    """A name outside the vocabulary that an exercise can reach; `by` is the helper that uses it, or empty."""

    name: str
    by: str = ""

    def __str__(self) -> str:
        name = self.name.removeprefix(f"{_ANY}.").replace(_UNREADABLE, gettext(_UNREADABLE))
        return gettext("{name} (in {helper})", name=name, helper=self.by) if self.by else name


def outside(cells: Iterable[str], exercise: str, vocabulary: Vocabulary, others: Sequence[str] = ()) -> list[Use]:
    """Return the names outside the vocabulary that the definition of `exercise` can reach.

    Args:
        cells: the sources of all code cells, in order.
        exercise: the graded name.
        vocabulary: the vocabulary of the exercise.
        others: exercises that this one may call; they are checked on their own.
    """
    if vocabulary.everything:
        return []
    names, readers = _notebook(tuple(cells))
    found: dict[str, str] = {}
    handed_on, looks_up = "", False
    for by, node in names.reachable(exercise, others):
        handed_on = handed_on or readers.handed_on(node)
        looks_up = looks_up or readers.looks_up(node)
        for name in readers.names(node):
            if name not in found and not _allowed(name, vocabulary):
                found[name] = "" if by == exercise else by
        for name in readers.methods(node):
            if f"Tensor.{name}" not in found and not vocabulary.allows_method(name):
                found[f"Tensor.{name}"] = "" if by == exercise else by
    if handed_on and looks_up:
        found[f"{handed_on}.{_UNREADABLE}"] = ""
    return [Use(name, found[name]) for name in longest(found)]


def listed(uses: Sequence[Use]) -> str:
    """Return the first five uses as text, each with the helper that it occurs in."""
    return ", ".join(str(item) for item in sorted(uses, key=lambda item: item.name)[:5])


def insides(cells: Iterable[str]) -> list[str]:
    """Return the names of interpreter internals that the notebook uses anywhere, since they can hide calls."""
    return list(_insides(tuple(cells)))


# Each notebook is analyzed once per exercise, and most cells recur in the next notebook, hence the caches.


@lru_cache(maxsize=4)
def _notebook(cells: tuple[str, ...]) -> tuple[Bindings, _Reader]:
    found = Bindings(cells)
    return found, _Reader(found)


@lru_cache(maxsize=4)
def _insides(cells: tuple[str, ...]) -> list[str]:
    if not any(map(_may_reach_inside, cells)):
        return []
    names, reader = _notebook(cells)
    return list(
        dict.fromkeys(dotted for node in names.statements for dotted in reader.names(node) if _is_inside(dotted))
    )


@lru_cache(maxsize=1024)
def _may_reach_inside(source: str) -> bool:
    return is_disguised(source) or _WAYS.search(source) is not None


def _is_inside(dotted: str) -> bool:
    first, *rest = dotted.split(".")
    return (first == _ANY and bool(rest) and rest[0] in _FRAMES) or (
        first in _INSIDES and _begins(rest, _INSIDES[first])
    )


def _begins(rest: Sequence[str], patterns: Sequence[str]) -> bool:
    """Return whether a dotted name begins with one of the patterns; "*" matches the bare module as well."""
    above = [".".join(rest[:length]) for length in range(len(rest) + 1)]
    return any(fnmatchcase(part, pattern) for part in above for pattern in patterns)


def _allowed(dotted: str, vocabulary: Vocabulary) -> bool:
    first, _, rest = dotted.partition(".")
    if _is_inside(dotted):
        return True  # `insides` reports it for the whole notebook
    if first == _ANY or _UNREADABLE in dotted:
        return False
    if first == "builtins":
        return rest not in _BUILTINS_REFUSED
    if dotted == "sys.modules" or any(part in _DUNDERS for part in dotted.split(".")):
        return False
    return vocabulary.allows(dotted)


class _Reader:
    """Resolves the dotted names that the statements of one notebook use."""

    def __init__(self, bindings: Bindings) -> None:
        self.bindings = bindings
        self.imported: dict[str, str] = {}
        self.stars: list[str] = []
        self._names: dict[ast.AST, list[str]] = {}
        self._used: frozenset[str] = frozenset()
        """Global names in the current statement, which a star import may have defined."""
        self._bound_once = {
            name: statement.value
            for name, [statement, *more] in bindings.of.items()
            if not more and isinstance(statement, ast.Assign)
        }
        for statement in bindings.statements:
            self._add_imports(statement)

    def _add_imports(self, statement: ast.AST) -> None:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.imported.pop(statement.name, None)
            return
        self._add_binding(statement, self.imported)
        for block in ("body", "orelse", "finalbody", "handlers"):
            for inner in getattr(statement, block, []):
                self._add_imports(inner)

    def _add_binding(self, node: ast.AST, known: dict[str, str]) -> None:
        """Store in `known` the dotted names that an import or a simple assignment gives to names."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                known[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if alias.name == "*":
                    if known is self.imported:
                        self.stars.append(node.module)
                else:
                    known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign):
            dotted = self.dotted(node.value, known)
            for target in node.targets:
                if isinstance(target, ast.Name):
                    if dotted:
                        known[target.id] = dotted
                    else:
                        known.pop(target.id, None)

    def names(self, node: ast.AST) -> list[str]:
        """Return the dotted names from modules in `node`, its attributes that reach internals, and computed names."""
        if node not in self._names:
            self._names[node] = list(dict.fromkeys(self._read(node)))
        return self._names[node]

    def handed_on(self, node: ast.AST) -> str:
        """Return a module that `node` uses as a value, as an argument or in a container; empty if there is none."""
        found = parts(node)
        used_for_parts = {id(part.value) for part in found.named if isinstance(part, ast.Attribute)}
        for learned in found.learning:
            if isinstance(learned, ast.Assign) and len(learned.targets) == 1:
                used_for_parts.add(id(learned.value))  # an alias, which is resolved elsewhere
        for part in found.named:
            if isinstance(part, ast.Call) and called(part) in ("getattr", "hasattr", "isinstance") and part.args:
                used_for_parts.add(id(part.args[0]))
        for part in found.named:
            if isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Load):
                dotted = self.imported.get(part.id, "") if isinstance(part, ast.Name) else ""
                if dotted and dotted.split(".")[-1].islower() and is_module(dotted) and id(part) not in used_for_parts:
                    return dotted
        return ""

    def looks_up(self, node: ast.AST) -> bool:
        """Return whether `node` looks up an attribute by a name that static analysis cannot determine."""
        return any(self._looks_up(part) for part in parts(node).named)

    def _looks_up(self, part: ast.AST) -> bool:
        if isinstance(part, ast.Call) and called(part) == "getattr" and len(part.args) > 1:
            return not self._text(part.args[1])
        if isinstance(part, ast.Call) and called(part) == "vars":
            return bool(part.args)
        if isinstance(part, ast.Name):
            return self.imported.get(part.id, "").rpartition(".")[2] in _LOOKING_UP
        return isinstance(part, ast.Attribute) and part.attr in _LOOKING_UP

    def methods(self, node: ast.AST) -> list[str]:
        """Return the refused methods that `node` calls on objects other than modules and the notebook's own."""
        return [
            part.func.attr
            for part in parts(node).named
            if isinstance(part, ast.Call)
            and isinstance(part.func, ast.Attribute)
            and plain(part.func.attr) in METHODS_REFUSED
            and part.func.attr not in self.bindings.members
            and not (isinstance(part.func.value, ast.Name) and part.func.value.id in ("self", "cls"))
            and not self.dotted(part.func.value, self.imported)
        ]

    def _read(self, node: ast.AST) -> Iterator[str]:
        known = dict(self.imported)
        found = parts(node)
        self._used = global_names(node) if self.stars else frozenset()
        for name in found.binding:
            known.pop(name, None)
        for learned in found.learning:
            self._add_binding(learned, known)
        named = {id(part): self.dotted(part, known) for part in found.named}
        paths = {id(part.value) for part in found.named if isinstance(part, ast.Attribute) and named[id(part)]}
        for part in found.named:
            if named[id(part)] and id(part) not in paths:  # torch.nn.utils.clip_grad_norm_, but not torch.nn.utils
                yield named[id(part)]
            if isinstance(part, ast.Attribute) and part.attr in _FRAMES | _BEHIND:
                yield f"{_ANY}.{part.attr}"
            if isinstance(part, ast.Call):
                yield from self._dynamic_names(part, known)
            if isinstance(part, ast.Name) and part.id in ("__builtins__", "__loader__", "__spec__"):
                yield f"{_ANY}.{part.id}"

    def _dynamic_names(self, call: ast.Call, known: dict[str, str]) -> Iterator[str]:
        """Yield the names that a call runs, imports or looks up by a string; a placeholder for an unknown string."""
        name = called(call)
        bare = isinstance(call.func, ast.Name) or self.dotted(call.func, known).startswith(("builtins.", "importlib."))
        if not bare or (isinstance(call.func, ast.Name) and call.func.id in self.bindings.of):
            return
        if name in _RUNNING and call.args:
            code = self._text(call.args[0])
            if not code:
                yield f"{_ANY}.{name}({_UNREADABLE})"
            for statement in statements(code) if code else ():
                yield from self.names(statement)
        elif name in _IMPORTING and call.args and name != "reload" and not self._text(call.args[0]):
            yield f"{_ANY}.{name}({_UNREADABLE})"
        elif name == "getattr" and len(call.args) > 1 and not self._text(call.args[1]):
            base = self.dotted(call.args[0], known)
            # getattr(torch, reduction) is common, and the jail's watch sees the function when it is called.
            varies = any(isinstance(part, ast.Name) and part.id not in _PYTHON for part in nodes(call.args[1]))
            if base and not (varies and base == "torch"):
                yield f"{base}.{_UNREADABLE}"
        elif name in ("vars", "dir") and call.args and (base := self.dotted(call.args[0], known)):
            if name == "vars":
                yield f"{base}.__dict__"
        elif name == "globals":
            yield f"{_ANY}.globals"

    def dotted(self, node: ast.AST, known: dict[str, str]) -> str:
        """Return the dotted name that an expression stands for, or the empty string."""
        match node:
            case ast.Name(id=name):
                if name in known:
                    return known[name]
                if self.stars and name in self._used and name not in self.bindings.of and name not in _PYTHON:
                    return f"{self.stars[-1]}.{name}"
                return ""
            case ast.Attribute(value=value, attr=attr):
                base = self.dotted(value, known)
                return f"{base}.{attr}" if base else ""
            case ast.Call(args=[value, key, *_]) if called(node) == "getattr":
                return self._part(value, key, known)
            case ast.Call(args=[value]) if called(node) in ("vars", "reload"):
                return self.dotted(value, known)
            case ast.Call(args=[module, *_]) if called(node) in _IMPORTING:
                return self._text(module)
            case ast.Subscript(value=ast.Attribute(value=value, attr="modules"), slice=key) if self._text(key):
                return self._text(key) if self.dotted(value, known) == "sys" else ""
            case ast.Subscript(value=ast.Attribute(value=value, attr="__dict__"), slice=key):
                return self._part(value, key, known)
            case ast.Subscript(value=ast.Call() as value, slice=key):
                return self._part(value, key, known)
        return ""

    def _text(self, node: ast.AST) -> str:
        return text(node, self._bound_once)

    def _part(self, value: ast.AST, key: ast.AST, known: dict[str, str]) -> str:
        base, name = self.dotted(value, known), self._text(key)
        return f"{base}.{name}" if base and name else ""


_PYTHON = frozenset(dir(__builtins__)) if not isinstance(__builtins__, dict) else frozenset(__builtins__)
