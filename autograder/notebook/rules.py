"""Forbidden calls, found by reading the code: what an exercise's function can reach must not name what it may not call.

Only what the graded name leads to is read, so that a student may compare with torch's own function in a cell beside it.
What reading cannot see (methods of tensors, names made up at run time) the jail's watch sees when it is called.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from weakref import WeakKeyDictionary

_UNWATCHED = ("jit", "overrides", "compile", "fx", "library", "utils.cpp_extension")
"""Parts of torch in which a call is not seen by the watch; private ones are another."""
_INSIDES = {
    "sys": ("settrace", "setprofile", "_*"),
    "gc": ("get_*", "callbacks"),
    "inspect": ("currentframe", "stack", "trace", "getouterframes", "getinnerframes"),
    "threading": ("settrace*", "setprofile*"),
    "ctypes": ("*",),
    "cffi": ("*",),
}
"""By module, the ways to the interpreter's own objects, the watch and its notes among them."""
_FRAMES = frozenset("f_back f_builtins f_globals f_locals tb_frame gi_frame cr_frame ag_frame __subclasses__".split())
"""Attributes that are such ways, of whatever object."""
_WAYS = re.compile("|".join([*_INSIDES, *_FRAMES, "exec", "eval", "compile", "import_module", "__import__"]))
"""Without one of these words there is no way, or it is written in letters that are not ASCII."""
_ELSEWHERE = re.compile(
    r"\b(from|exec|eval|compile|getattr|vars|modules|import_module|__import__|__dict__)\b|\.\s*[#\\]"
)
_ATTRIBUTE = re.compile(r"\.\s*([^\W\d]\w*)")
_NAMING = (ast.arg, ast.Import, ast.ImportFrom, ast.Assign, ast.Name, ast.Attribute, ast.Call, ast.Subscript)
_ANY = "object"
_MODULES = {"torch", *_INSIDES}

_MAGIC = re.compile(r"^(\s*)([%!?].*)$", re.MULTILINE)


def forbidden_names(cells: Iterable[str], name: str, patterns: Sequence[str]) -> list[str]:
    """Dotted torch names that the definition of `name` can reach and must not.

    Their last part matches one of `patterns`, or they are private, or they lead to where no watch sees what is called.
    """
    sources = tuple(cells)
    if not any(_may_name(source, tuple(patterns)) for source in sources):
        return []
    module = _module(sources)
    return _distinct(
        dotted for node in module.reachable(name) for dotted in module.names(node) if _matches(dotted, patterns)
    )


@lru_cache(maxsize=1024)
def _may_name(source: str, patterns: tuple[str, ...]) -> bool:
    """Whether a cell can name anything of the kind at all: most cannot, and need not be looked through."""
    words = _attributes(source)
    return bool(patterns) and (words is None or any(_is_suspect(word, patterns) for word in words))


@lru_cache(maxsize=256)
def _attributes(source: str) -> frozenset[str] | None:
    """All words after a dot; None where names can come from elsewhere: imported as such, made of text, not ASCII."""
    return None if not source.isascii() or _ELSEWHERE.search(source) else frozenset(_ATTRIBUTE.findall(source))


@lru_cache(maxsize=4096)
def _is_suspect(word: str, patterns: tuple[str, ...]) -> bool:
    return _matches(f"torch.{word}", patterns) or any(word in name.split(".") for name in _UNWATCHED)


def insides(cells: Iterable[str]) -> list[str]:
    """Names of the interpreter's insides that the notebook uses anywhere: with them, calls can be hidden."""
    return list(_insides(tuple(cells)))


# One notebook is read for each of its exercises, and most of its cells are the same in the next one.


@lru_cache(maxsize=4)
def _module(cells: tuple[str, ...]) -> _Module:
    return _Module(cells)


@lru_cache(maxsize=4)
def _insides(cells: tuple[str, ...]) -> list[str]:
    if all(source.isascii() and not _WAYS.search(source) for source in cells):
        return []
    module = _module(cells)
    return _distinct(dotted for node in module.statements for dotted in module.names(node) if _is_inside(dotted))


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _matches(dotted: str, patterns: Sequence[str]) -> bool:
    first, *rest = dotted.split(".")
    if first != "torch" or not rest:
        return False
    if any(part.startswith("_") and not part.endswith("__") for part in rest) or _begins(rest, _UNWATCHED):
        return True
    return any(fnmatchcase(rest[-1], pattern) for pattern in patterns)


def _is_inside(dotted: str) -> bool:
    first, *rest = dotted.split(".")
    return first == _ANY or (first in _INSIDES and _begins(rest, _INSIDES[first]))


def _begins(rest: Sequence[str], patterns: Sequence[str]) -> bool:
    """Whether a dotted name begins with one of the patterns; "*" is the bare module as well."""
    above = [".".join(rest[:length]) for length in range(len(rest) + 1)]
    return any(fnmatchcase(part, pattern) for part in above for pattern in patterns)


@lru_cache(maxsize=256)
def _statements(source: str) -> list[ast.stmt]:
    try:
        text = _MAGIC.sub(r"\1pass", source)
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # such a cell does not run either
    _note_texts(statements, text)
    return statements


def _note_texts(statements: Sequence[ast.stmt], text: str) -> None:
    """Keep the lines of those that have whole ones for themselves, which saves writing them out again."""
    if "\r" in text or "\f" in text or ";" in text:  # lines that are counted otherwise, or shared
        return
    lines = text.split("\n")
    for statement in statements:
        first = min([statement, *getattr(statement, "decorator_list", [])], key=lambda node: node.lineno).lineno
        _TEXTS[statement] = "\n".join(lines[first - 1 : statement.end_lineno]) + "\n"


_TEXTS: WeakKeyDictionary[ast.AST, str] = WeakKeyDictionary()


class _Module:
    """All top-level bindings of a notebook, in order, and what its names stand for in torch and other modules."""

    def __init__(self, cells: Iterable[str]) -> None:
        self.bindings: dict[str, list[ast.AST]] = {}
        self.imported: dict[str, str] = {}
        self.stars: list[str] = []
        self._named: dict[ast.AST, list[str]] = {}
        self.statements = [statement for source in cells for statement in _statements(source)]
        for statement in self.statements:
            self._add(statement)

    def _add(self, statement: ast.stmt) -> None:
        """Take in one statement, and those inside its branches."""
        for name in _bound(statement):
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.bindings[name] = [statement]
                self.imported.pop(name, None)
            else:
                self.bindings.setdefault(name, []).append(statement)
        self._learn(statement, self.imported)
        for block in ("body", "orelse", "finalbody", "handlers"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for inner in getattr(statement, block, []):
                    self._add(inner)

    def _learn(self, node: ast.AST, known: dict[str, str]) -> None:
        """Note what an import or a plain assignment makes a name stand for."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                if first in _MODULES:
                    known[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and _looked_at(node.module):
            for alias in node.names:
                if alias.name == "*":
                    if known is self.imported:
                        self.stars.append(node.module or "torch")
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

    def reachable(self, name: str) -> Iterator[ast.AST]:
        """The statements that bind `name`, those that bind names used there, and so on."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            for node in self.bindings.get(current, []):
                yield node
                waiting += _global_names(node)

    def names(self, node: ast.AST) -> list[str]:
        """Every dotted name of the modules that are looked at in `node`, and every attribute that leads to frames."""
        if node not in self._named:
            self._named[node] = _distinct(self._names(node))
        return self._named[node]

    def _names(self, node: ast.AST) -> Iterator[str]:
        known = dict(self.imported)
        parts = _parts(node)
        for part in parts:
            if isinstance(part, ast.arg):
                known.pop(part.arg, None)
        for part in parts:
            self._learn(part, known)
        for part in parts:
            if isinstance(part, ast.expr):
                dotted = self.dotted(part, known)
                if dotted:
                    yield dotted
            if isinstance(part, ast.Attribute) and part.attr in _FRAMES:
                yield f"{_ANY}.{part.attr}"
            if isinstance(part, ast.ImportFrom) and _looked_at(part.module):
                yield from (f"{part.module}.{alias.name}" for alias in part.names)
            if isinstance(part, ast.Call) and _called(part) in ("exec", "eval", "compile") and part.args:
                code = _text(part.args[0])
                for statement in _statements(code) if code else ():
                    yield from self.names(statement)

    def dotted(self, node: ast.AST, known: dict[str, str]) -> str:
        """What an expression stands for in torch, or the empty string."""
        match node:
            case ast.Name(id=name):
                if name in known:
                    return known[name]
                return f"{self.stars[-1]}.{name}" if self.stars and name not in self.bindings else ""
            case ast.Attribute(value=value, attr=attr):
                base = self.dotted(value, known)
                if base and attr == "__dict__":
                    return base
                return f"{base}.{attr}" if base else ""
            case ast.Call(args=[value, key, *_]) if _called(node) == "getattr":
                return self._part(value, key, known)
            case ast.Call(args=[value]) if _called(node) in ("vars", "reload"):
                return self.dotted(value, known)
            case ast.Call(args=[module, *_]) if _called(node) in ("import_module", "__import__"):
                name = _text(module)
                return name if _looked_at(name) else ""
            case ast.Subscript(value=value, slice=key):
                name = _text(key)
                if isinstance(value, ast.Attribute) and value.attr == "modules" and _looked_at(name):
                    return name
                return self._part(value, key, known)
        return ""

    def _part(self, value: ast.AST, key: ast.AST, known: dict[str, str]) -> str:
        base, name = self.dotted(value, known), _text(key)
        return f"{base}.{name}" if base and name else ""


def _looked_at(module: str | None) -> bool:
    return (module or "").split(".")[0] in _MODULES


@lru_cache(maxsize=2048)
def _parts(node: ast.AST) -> list[ast.AST]:
    """What names can be read from, within `node`, from the outside in."""
    found: list[ast.AST] = [node]
    for part in found:  # which grows meanwhile; ast.walk takes twice the time
        for name in part._fields:
            value = getattr(part, name, None)
            if isinstance(value, list):
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and name != "ctx":
                found.append(value)
    return [part for part in found if isinstance(part, _NAMING)]


@lru_cache(maxsize=2048)
def _global_names(node: ast.AST) -> frozenset[str]:
    return frozenset(_used_names(node))


def _used_names(node: ast.AST) -> Iterator[str]:
    """The names of the notebook that `node` uses; what is local to a function in it is something else."""
    try:
        tables = [symtable.symtable(_TEXTS.get(node) or ast.unparse(node), "", "exec")]
    except (
        SyntaxError,
        ValueError,
        RecursionError,
    ):  # such code does not run; all its names are taken for the notebook's
        yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
        return
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global()):
                yield symbol.get_name()


def _bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                yield alias.asname or alias.name.split(".")[0]
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _roots(target)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target) | ast.For(target=target):
            yield from _roots(target)
        case ast.Expr(value=ast.Call(args=[ast.Name(id=name), *_])) if _called(statement.value) == "setattr":
            yield name
        case ast.With(items=items):
            for item in items:
                if item.optional_vars is not None:
                    yield from _roots(item.optional_vars)


def _roots(target: ast.AST) -> Iterator[str]:
    """The names that an assignment to `target` changes: `a`, and `a` for `a.forward` or `a[0]`."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
            yield from _roots(value)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _roots(element)


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _text(node: ast.AST) -> str:
    """The string that an expression is, where that can be read: constants joined by +."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _text(left), _text(right)
            return first + second if first and second else ""
        case ast.FormattedValue(value=value):
            return _text(value)
        case ast.JoinedStr(values=values):
            parts = [_text(value) for value in values]
            return "".join(parts) if all(parts) else ""
    return ""
