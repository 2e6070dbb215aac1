"""The beginning of a misconception, from answers that nothing explains.

A file of misconceptions runs in the processes that hold the checks, outside the jail. So nothing of a student's gets
into it but comments, and the function below which they stand only raises: to make code of them is for a person who has
read them.
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
"""Wrong solutions that students write for {problem_set}, with the hint that each deserves."""

import torch

from autograder.authoring import misconception
'''
_CODE = """

@misconception("{exercise}", hint="")
def {name}(*args, **kwargs):
    raise NotImplementedError
"""
_READ = "Read it before you make it code: it is a student's, and what stands in this file runs outside the jail."


def write(root: Path, problem_set: str, groups: Sequence[Group]) -> list[str]:
    """Add a misconception without a hint for each group to the problem set's file.

    Returns:
        The names of the new ones; a group that has one already is left out.

    Raises:
        AutograderError: the file is no Python, or does not import what it needs.
    """
    path = root / "solutions" / problem_set / "misconceptions.py"
    text = path.read_text(encoding="utf-8") if path.is_file() else _HEAD.format(problem_set=problem_set)
    known = _bound(text, path)
    if "misconception" not in known:
        raise AutograderError(f"{path}: add: from autograder.authoring import misconception")
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
    # Cleaned again, since all hangs on it: a line must not end in the middle of what a comment sign stands before.
    return "".join(f"    # {text}".rstrip() + "\n" for line in lines for text in literal(line).split("\n"))


def _bound(text: str, path: Path) -> set[str]:
    """The names that a file of misconceptions binds."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise AutograderError(f"{path}: is no Python: {error}") from None
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return names | {alias.asname or alias.name for node in imports for alias in node.names}


def _refuse_live_code(before: str, code: str, after: str, path: Path) -> None:
    """Be sure, by Python's own reading, that nothing was added but the function that raises."""
    wanted = [*ast.parse(before).body, *ast.parse(code).body]
    if [ast.dump(node) for node in ast.parse(after).body] != [ast.dump(node) for node in wanted]:
        raise AutograderError(f"{path}: a student's answer would have become code; nothing was written")
