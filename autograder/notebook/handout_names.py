"""Names and sizes of the files that students get beside a notebook: one rule for building, grading and at home."""

from __future__ import annotations

import re

MAX_FILES = 200
MAX_FILE = 20 << 20
"""Bytes of one file."""
MAX_TOTAL = 50 << 20
"""Bytes of all files of a problem set: each student copies them, and nbgrader's exchange carries them."""
_MAX_NAME = 200
_NOT_ON_WINDOWS = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_OF_NBGRADER = frozenset({"feedback", "timestamp.txt", "submission_secret.txt"})
"""Names that nbgrader writes itself, or leaves out when it copies an assignment."""


def fault(name: str) -> str:
    """Return why no file beside a notebook can have this name; the empty string if one can.

    Args:
        name: a path relative to the notebook's folder, with slashes.
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "leads out of the notebook's folder"
    if len(name.encode("utf-8", "replace")) > _MAX_NAME:
        return f"has a path of more than {_MAX_NAME} bytes"
    for part in parts:
        if _NOT_ON_WINDOWS.search(part) or part != part.strip() or part.endswith(".") or _DEVICES.fullmatch(part):
            return "has a name that no file on Windows can have"
        if part.lower() in _OF_NBGRADER or part.endswith(".pyc"):
            return "has a name that nbgrader uses itself"
        if is_left_out(part):
            return "is hidden"
    return "is a notebook, which nbgrader would take for one of the problem set" if is_notebook(name) else ""


def is_notebook(name: str) -> bool:
    """Return whether a file is a notebook by its name."""
    return name.lower().endswith(".ipynb")


def is_left_out(part: str) -> bool:
    """Return whether a file or folder of this name is one that Python, editors or the system leave behind."""
    return part.startswith(".") or part == "__pycache__"


def size(number: int) -> str:
    """Return a number of bytes as text: 20 MB, 1.4 kB."""
    for unit, name in ((1 << 20, "MB"), (1 << 10, "kB")):
        if number >= unit:
            return f"{number / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{number} bytes"
