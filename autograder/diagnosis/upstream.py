"""Finds the exercises that the solution of another exercise calls: a mistake in one of them costs only there."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=64)
def upstream_of(path: Path, exercises: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Return the `exercises` that each exercise in the file `path` calls, also through a helper function."""
    if not path.is_file():
        return {}
    return called(path.read_text(encoding="utf-8"), exercises)


def called(source: str, exercises: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the other exercises whose names each exercise's definition, or a helper function of it, reads."""
    names: dict[str, set[str]] = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names[statement.name] = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return {name: frozenset(_reached(name, names, exercises)) for name in exercises if name in names}


def _reached(name: str, names: Mapping[str, set[str]], exercises: Collection[str]) -> set[str]:
    """Return the exercises that `name` reads, not those that these read in turn."""
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
