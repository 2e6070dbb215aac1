"""Reads a source notebook, in the format of nbgrader or of otter-grader, which is recognised by its cells."""

from __future__ import annotations

from pathlib import Path

import nbformat

from autograder.errors import AutograderError

from . import otter_notebook, source_notebook
from .source_notebook import SourceNotebook


def read(path: Path) -> SourceNotebook:
    """Read a source notebook.

    Raises:
        AutograderError: it cannot be read, is not in Python, or has no cell that is graded.
    """
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        is_otters = otter_notebook.recognised(notebook)
        cells = tuple(otter_notebook.cells(notebook) if is_otters else source_notebook.cells(notebook))
        metadata = notebook.get("metadata", {})
        language = (metadata.get("kernelspec") or {}).get("language") or (metadata.get("language_info") or {}).get(
            "name"
        )
    except OSError as error:
        raise AutograderError("{path}: cannot be read: {why}", path=path, why=error.strerror) from None
    except otter_notebook.Malformed as error:
        raise AutograderError("{path}: {error}", path=path, error=error) from None
    except (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError) as error:
        raise AutograderError(
            "{path}: not a notebook: {error}", path=path, error=" ".join(str(error).split())[:200]
        ) from None
    if language not in (None, "python"):
        raise AutograderError(
            "{path}: is in {language}; only Python notebooks can be graded", path=path, language=language
        )
    if not any(cell.role in ("tests", "written") for cell in cells):
        raise AutograderError(
            "{path}: has no cell that nbgrader or otter-grader grades; give the source notebook, not a release",
            path=path,
        )
    tool = otter_notebook.TOOL if is_otters else source_notebook.TOOL
    return SourceNotebook(path, source_notebook.title(cells, path), cells, tool)
