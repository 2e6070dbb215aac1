"""Generates stubs of misconceptions from unexplained answers.

A file of misconceptions runs outside the jail, in the processes that hold the checks. Students' code is therefore added
as comments only, below a function that raises NotImplementedError; a person has to read it before making it code.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import AutograderError
from autograder.results import folders
from autograder.terminal import literal

from .unexplained import Group

_HEAD = '''\
"""Wrong solutions that students write for {problem_set}, each with its hint."""

import torch

from autograder.authoring import misconception
'''
_CODE = """

@misconception("{exercise}", hint="")
def {name}(*args, **kwargs):
    raise NotImplementedError
"""
_READ = "Review this code before you use it: a student wrote it, and this file runs outside the jail."


def write(root: Path, problem_set: str, groups: Sequence[Group]) -> list[str]:
    """Add a stub of a misconception, without a hint, to the problem set's file for each group.

    Returns:
        The names of the new misconceptions; a group that already has one is skipped.

    Raises:
        AutograderError: the file is not valid Python, or lacks an import.
    """
    path = root / "solutions" / problem_set / "misconceptions.py"
    text = path.read_text(encoding="utf-8") if path.is_file() else _HEAD.format(problem_set=problem_set)
    known = _bound(text, path)
    if "misconception" not in known:
        raise AutograderError("{path}: import missing; add: from autograder.authoring import misconception", path=path)
    made = []
    for group in groups:
        name = _name(group)
        if name in known:
            continue
        code = _CODE.format(exercise=group.exercise, name=name)
        longer = text.rstrip("\n") + "\n" + code + _comments(group)
        _refuse_live_code(text, code, longer, path)
        text = longer
        known.add(name)
        made.append(name)
    if made:
        folders.write(path, text.encode())
    return made


def _name(group: Group) -> str:
    return f"unexplained_{group.exercise}_{hashlib.sha256(literal(group.code).encode()).hexdigest()[:6]}"


def _comments(group: Group) -> str:
    count = len(group.students)
    near = f"; nearest is {group.nearest}, {group.agreeing:.0%} of the calls" if group.nearest else ""
    lines = [
        f"The answer of {count} {'student' if count == 1 else 'students'}{near}. It fails:",
        *(f"- {reason}" for reason in group.fails),
        _READ,
        "",
        *group.code.split("\n"),
    ]
    # Escaped again for safety: an unescaped line break would end the comment, and make a student's text code.
    return "".join(f"    # {text}".rstrip() + "\n" for line in lines for text in literal(line).split("\n"))


def _bound(text: str, path: Path) -> set[str]:
    """Return the names that a file of misconceptions binds at its top level."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise AutograderError("{path}: not valid Python: {error}", path=path, error=error) from None
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return names | {alias.asname or alias.name for node in imports for alias in node.names}


def _refuse_live_code(before: str, code: str, after: str, path: Path) -> None:
    """Raise an AutograderError if anything but the stub's function was added, by Python's own parser."""
    wanted = [*ast.parse(before).body, *ast.parse(code).body]
    if [ast.dump(node) for node in ast.parse(after).body] != [ast.dump(node) for node in wanted]:
        raise AutograderError("{path}: a student's answer would have become code; nothing was written", path=path)
