"""Chooses what a jail does once, before its first submission: slow imports, and compiling the release's own cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from autograder.course import release
from autograder.grading.inputs import files_of

_SLOW = {
    "torch._dynamo": re.compile(r"\b(optim|compile|checkpoint|torch\.func)\b"),
    "sklearn.datasets": re.compile(r"\bsklearn\b"),
}
"""Modules that take about a second to import, and the words in a problem set's code that make an import of them likely;
an optimizer imports torch._dynamo on its first step."""


def imports_of(root: Path, problem_sets: Iterable[str]) -> list[str]:
    """Return the modules that the problem sets probably need; others are imported when student code needs them.

    Args:
        root: the course's folder.
        problem_sets: the names of the problem sets.
    """
    files = {path for name in problem_sets for path in files_of(root, name).for_workers()}
    texts = [_code(path) for path in files if path.suffix in (".py", ".ipynb")]
    return [name for name, words in _SLOW.items() if any(words.search(text) for text in texts)]


def cells_of(root: Path, problem_sets: Iterable[str]) -> list[tuple[int, str]]:
    """Return the code cells of the problem sets' releases, with their numbers; most students change only the answers.

    Args:
        root: the course's folder.
        problem_sets: the names of the problem sets.
    """
    paths = [release.path_of(root, name) for name in problem_sets]
    return [cell for path in paths if path.is_file() for cell in _code_cells(path)]


def _code_cells(notebook: Path) -> list[tuple[int, str]]:
    cells = json.loads(notebook.read_text(errors="replace"))["cells"]
    code = [(number, cell) for number, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
    return [(number, "".join(cell["source"])) for number, cell in code]


def _code(path: Path) -> str:
    """Return the code of a file; a notebook's prose is left out, since it names functions that may not be called."""
    if path.suffix == ".py":
        return path.read_text(errors="replace")
    return "\n".join(source for _, source in _code_cells(path))
