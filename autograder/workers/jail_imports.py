"""What a jail imports before the first submission: what torch leaves for later, where a problem set may well use it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_LATER = {"torch._dynamo": re.compile(r"\b(optim|compile|checkpoint|torch\.func)\b")}
"""Modules that take a second to import, and in which words torch imports them: an optimizer does on its first step."""


def imports_of(root: Path, problem_sets: Iterable[str]) -> list[str]:
    """Those that the problem sets speak of in their own files; any other is imported by the student who needs it."""
    folders = [root / where / name for name in problem_sets for where in ("tests/hidden", "solutions", "assignments")]
    files = [path for folder in folders for end in ("py", "ipynb") for path in folder.glob(f"*.{end}")]
    texts = [path.read_text(errors="replace") for path in files]
    return [name for name, words in _LATER.items() if any(words.search(text) for text in texts)]
