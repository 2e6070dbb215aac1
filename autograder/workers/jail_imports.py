"""Which modules a jail imports before its first submission: slow ones that torch itself imports on first use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from autograder.grading.inputs import files_of

_SLOW = {"torch._dynamo": re.compile(r"\b(optim|compile|checkpoint|torch\.func)\b")}
"""Modules that take a second to import, and the words in a problem set's files that make it likely that torch will: an
optimizer does on its first step."""


def imports_of(root: Path, problem_sets: Iterable[str]) -> list[str]:
    """The modules that the files of the problem sets make likely; any other is imported when a student uses it.

    Args:
        root: the course's folder.
        problem_sets: their names.
    """
    files = {path for name in problem_sets for path in files_of(root, name).for_workers()}
    texts = [_code(path) for path in files if path.suffix in (".py", ".ipynb")]
    return [name for name, words in _SLOW.items() if any(words.search(text) for text in texts)]


def _code(path: Path) -> str:
    """The code of a file; of a notebook without its prose, which names what an exercise may not call."""
    text = path.read_text(errors="replace")
    if path.suffix == ".py":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
