"""Names for what a result depends on, so that a kept one is used only where grading again would give the same.

A result depends on the student's code, the exercise's rules, its checks, the limits, this engine and torch; where
points were lost, on the misconceptions and the solutions as well, since a hint is part of it.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from autograder.jail.jail import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import Exercise, Submission
from autograder.model.verdict import ExerciseResult

_PACKAGES = ("torch", "numpy", "pillow", "ipython", "pytest")
_encode = msgspec.msgpack.Encoder().encode


def digest(*parts: bytes) -> bytes:
    """A name of 16 bytes for the parts; equal only for equal parts."""
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        found.update(len(part).to_bytes(8, "little") + part)
    return found.digest()


@cache
def engine() -> bytes:
    """This engine's code, Python, and the packages whose numbers and words come into a verdict."""
    package = Path(__file__).parents[1]
    sources = sorted(path for path in package.rglob("*") if path.suffix in (".py", ".j2", ".css"))
    versions = [platform.python_version(), *(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)]
    return digest(*map(str.encode, versions), *(path.read_bytes() for path in sources))


class CacheKeys:
    """The names for one problem set, as its files are now.

    Args:
        root: the course's folder.
        problem_set: its name.
        session_limits: those of the problem set's sessions.
        sandbox_limits: those of its jail.
    """

    def __init__(
        self, root: Path, problem_set: str, session_limits: SessionLimits, sandbox_limits: SandboxLimits
    ) -> None:
        hidden = root / "tests" / "hidden"
        self._folder = hidden / problem_set
        # What test files may share: pytest's conftest.py above them, and modules beside them.
        shared = [
            *(path for path in self._folder.glob("**/*.py") if not path.name.startswith("test_")),
            *(folder / "conftest.py" for folder in (hidden, root / "tests", root)),
        ]
        self._shared = _contents(shared)
        solutions = root / "solutions" / problem_set
        self._misconceptions = solutions / "misconceptions.py"
        self._right = _contents([solutions / f"{problem_set}.py"])
        self._around = digest(problem_set.encode(), engine(), _encode(session_limits), _encode(sandbox_limits))
        self._checks: dict[str, bytes] = {}
        self._hints: dict[str, bytes] = {}

    def all(self) -> bytes:
        """Everything but the submission."""
        tests = sorted(self._folder.glob("test_*.py"))
        return digest(self._around, self._shared, self._right, _contents([*tests, self._misconceptions]))

    def cells(self, submission: Submission) -> bytes:
        """What the cells show: the code, in this engine, within these limits."""
        return digest(self._around, _encode(submission.cells))

    def exercise(self, exercise: Exercise) -> bytes:
        """What is found of an exercise in the same cells, but for its hint."""
        if exercise.name not in self._checks:
            self._checks[exercise.name] = _contents([self._folder / f"test_{exercise.name}.py"])
        return digest(self._shared, self._checks[exercise.name], _encode(exercise))

    def hint(self, result: ExerciseResult) -> bytes:
        """What its hint depends on: the solutions, and the misconceptions of its exercise."""
        verdict = result.verdict
        if verdict.status != "graded" or verdict.points == verdict.max_points:
            return b""
        if verdict.name not in self._hints:
            self._hints[verdict.name] = digest(self._right, _misconceptions_of(verdict.name, self._misconceptions))
        return self._hints[verdict.name]


def _misconceptions_of(exercise: str, path: Path) -> bytes:
    """The code of a file of misconceptions without those of other exercises."""
    text = path.read_bytes() if path.is_file() else b""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text
    return "\n".join(ast.dump(node) for node in tree.body if _is_of(node) in (None, exercise)).encode()


def _is_of(node: ast.stmt) -> str | None:
    """The exercise that a statement is a misconception of; None where it is something else."""
    for mark in getattr(node, "decorator_list", []):
        match mark:
            case ast.Call(func=ast.Name("misconception"), args=[ast.Constant(str(exercise)), *_]):
                return exercise
    return None


def _contents(paths: Iterable[Path]) -> bytes:
    parts = [part for path in sorted(paths) if path.is_file() for part in (path.name.encode(), path.read_bytes())]
    return digest(*parts)
