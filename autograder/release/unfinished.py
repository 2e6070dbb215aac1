"""Finds the unfinished lines of an exercise that `autograder new` created, marked TODO(name)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.language.staff import for_staff

_MARK = re.compile(r"TODO\((?P<exercise>\w+)\): (?P<text>[^\n]*)")


@dataclass(frozen=True)
class Gap:
    """A line to fill in; `path` is relative to the course's folder, and `line` counts from 1."""

    exercise: str
    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return for_staff("{path}:{line}: unfinished: {text}", path=self.path, line=self.line, text=self.text)


def gaps(root: Path, problem_set: str) -> list[Gap]:
    """Return the unfinished lines of a problem set, file by file."""
    return [gap for path in _files(root, problem_set) for gap in _of_file(root, path)]


def _files(root: Path, problem_set: str) -> list[Path]:
    folder = root / "solutions" / problem_set
    found = [folder / f"{problem_set}.py", folder / "misconceptions.py"]
    found += sorted((root / "tests" / "hidden" / problem_set).glob("test_*.py"))
    return [path for path in found if path.is_file()]


def _of_file(root: Path, path: Path) -> Iterator[Gap]:
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        for match in _MARK.finditer(line):
            yield Gap(match["exercise"], path.relative_to(root), number, match["text"].strip('"').strip())
