"""Which exercises of a problem set the solution of another one calls: a mistake in one of them costs only there."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=64)
def upstream_of(path: Path, exercises: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """By exercise, those of `exercises` that its code in the file `path` calls itself, also through a helper."""
    if not path.is_file():
        return {}
    return called(path.read_text(encoding="utf-8"), exercises)


def called(source: str, exercises: Collection[str]) -> dict[str, frozenset[str]]:
    """By exercise, the other exercises whose names the definition of it, or of a helper it uses, reads."""
    names: dict[str, set[str]] = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names[statement.name] = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return {name: frozenset(_reached(name, names, exercises)) for name in exercises if name in names}


def _reached(name: str, names: Mapping[str, set[str]], exercises: Collection[str]) -> set[str]:
    """The exercises that `name` reads; what another exercise reads in its turn is that one's affair."""
    found: set[str] = set()
    seen, waiting = {name}, [name]
    while waiting:
        for used in names[waiting.pop()] - seen:
            seen.add(used)
            if used in exercises:
                found.add(used)
            elif used in names:
                waiting.append(used)
    return found
