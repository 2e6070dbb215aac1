"""Loads the Python files that staff write beside their solutions, each under a name of its own."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from autograder.errors import AutograderError


def load(path: Path, name: str) -> ModuleType:
    """Run a file and give what it defines.

    Args:
        path: the file.
        name: of the module; the problem set's for what each of them has.

    Raises:
        AutograderError: there is no such file, or it does not run.
    """
    spec = importlib.util.spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise AutograderError(f"{path}: no such file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # inspect finds the source of a class through it
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AutograderError(f"{path}: does not run: {type(error).__name__}: {error}") from None
    return module
