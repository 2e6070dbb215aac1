"""Computes cache keys: digests of everything that a result depends on, so that no stale result is used.

A result depends on the student's code, the files beside the notebook, the exercise's rules, its checks with their
helper modules and data files, the limits (which include the language), this engine with its catalogues, and torch. If
points were lost, it also depends on the misconceptions and the solutions, since the hint is part of the result.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec

from autograder.diagnosis.upstream import upstream_of
from autograder.jail import packages as installed
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise, Submission
from autograder.model.verdict import ExerciseResult

from .inputs import files_of

_PACKAGES = ("torch", "numpy", "pillow", "ipython", "pytest")
_encode = msgspec.msgpack.Encoder().encode


def digest(*parts: bytes) -> bytes:
    """Return a 16-byte digest of the parts and their lengths."""
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        found.update(len(part).to_bytes(8, "little") + part)
    return found.digest()


@cache
def engine() -> bytes:
    """Return the digest of this engine's files, Python's version and the packages that a verdict depends on."""
    package = Path(__file__).parents[1]
    sources = sorted(path for path in package.rglob("*") if path.suffix in (".py", ".j2", ".css", ".po"))
    versions = [platform.python_version(), *(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)]
    return digest(*map(str.encode, versions), *(path.read_bytes() for path in sources))


@cache
def versions(packages: tuple[str, ...]) -> bytes:
    """Return the digest of the installed versions of the packages that a course names."""
    return digest(*(f"{name} {version}".encode() for name, version in installed.versions(packages).items()))


class CacheKeys:
    """The cache keys of one problem set, for its current files.

    Args:
        root: the course's folder.
        problem_set: its name.
        session_limits: the limits of its sessions.
        sandbox_limits: the limits of its jail.
    """

    def __init__(
        self, root: Path, problem_set: str, session_limits: SessionLimits, sandbox_limits: SandboxLimits
    ) -> None:
        self._files = files_of(root, problem_set)
        self._check_support = _contents(root, self._files.check_support)
        self._solution = _contents(root, [self._files.solution, *self._files.solution_support])
        handouts = _contents(root, self._files.handouts)
        packages = versions(sandbox_limits.packages)
        limits = [_encode(session_limits), _encode(sandbox_limits), packages]
        self._environment = digest(problem_set.encode(), engine(), handouts, *limits)
        confined = [_encode(session_limits), _encode(replace(sandbox_limits, confined=True)), packages]
        self._in_jail = digest(problem_set.encode(), engine(), handouts, *confined)
        self._checks: dict[str, bytes] = {}
        self._hints: dict[str, bytes] = {}

    def inputs(self) -> bytes:
        """Return the digest of every input except the submission; it is the same with and without a jail."""
        files = _contents(self._files.root, [*self._files.checks, self._files.misconceptions])
        return digest(self._in_jail, self._check_support, self._solution, files)

    def cells(self, submission: Submission) -> bytes:
        """Return the key of the cells' outputs: their code, the files beside the notebook, engine and limits."""
        return digest(self._environment, _encode(submission.cells))

    def exercise(self, exercise: Exercise) -> bytes:
        """Return the key of an exercise's result without its hint, given the same cells."""
        if exercise.name not in self._checks:
            self._checks[exercise.name] = _contents(self._files.root, [self._files.check(exercise.name)])
        return digest(
            self._check_support, self._checks[exercise.name], _encode(exercise), self._upstream(exercise.name)
        )

    def _upstream(self, exercise: str) -> bytes:
        """Return the digest of what decides about follow-through; empty if no solution of it calls another exercise."""
        exercises = frozenset(path.stem.removeprefix("test_") for path in self._files.checks)
        ways = self._files.solution.with_name("ways.py")
        found = upstream_of(self._files.solution, exercises).get(exercise, frozenset())
        if ways.is_file() and f'"{exercise}"' in ways.read_text(encoding="utf-8"):
            found |= exercises
        if not found:
            return b""
        others = [self._files.check(name) for name in sorted(found)]
        return digest(self._solution, _contents(self._files.root, [*others, self._files.misconceptions]))

    def hint(self, result: ExerciseResult) -> bytes:
        """Return the key of a hint: the solutions and the exercise's misconceptions; empty if no points were lost."""
        verdict = result.verdict
        if verdict.status != "graded" or all(check.flawless for check in verdict.checks):
            return b""
        if verdict.name not in self._hints:
            mine = _misconceptions_of(verdict.name, self._files.misconceptions)
            self._hints[verdict.name] = digest(self._solution, mine)
        return self._hints[verdict.name]


def _misconceptions_of(exercise: str, path: Path) -> bytes:
    """Return the code of a file of misconceptions without the misconceptions of other exercises."""
    text = path.read_bytes() if path.is_file() else b""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text
    return "\n".join(ast.dump(node) for node in tree.body if _is_of(node) in (None, exercise)).encode()


def _is_of(node: ast.stmt) -> str | None:
    """Return the exercise of a misconception; None if the statement is no misconception."""
    for mark in getattr(node, "decorator_list", []):
        match mark:
            case ast.Call(func=ast.Name("misconception"), args=[ast.Constant(str(exercise)), *_]):
                return exercise
    return None


def _contents(root: Path, paths: Iterable[Path]) -> bytes:
    """Return the digest of files with their paths in the course; missing files are skipped."""
    found = sorted(path for path in paths if path.is_file())
    return digest(*(part for path in found for part in (str(path.relative_to(root)).encode(), path.read_bytes())))
