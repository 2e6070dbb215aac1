"""Chooses the modules that a jail imports before its first submission: slow ones that torch imports on first use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

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


def _code(path: Path) -> str:
    """Return the code of a file; a notebook's prose is left out, since it names functions that may not be called."""
    text = path.read_text(errors="replace")
    if path.suffix == ".py":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
