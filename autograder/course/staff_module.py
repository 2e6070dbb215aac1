"""Loads the Python files that staff write beside their solutions, each under a unique module name."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from autograder.errors import AutograderError

from . import handouts


def load(path: Path, name: str) -> ModuleType:
    """Run a file and return its module.

    Args:
        path: the file, in a problem set's folder in solutions/; it can use the problem set's handouts.
        name: the module's name; it should contain the problem set's if every problem set has such a file.

    Raises:
        AutograderError: the file does not exist, or raises an exception.
    """
    spec = importlib.util.spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise AutograderError("{path}: no such file", path=path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # needed by inspect.getsource for classes
    try:
        with handouts.beside(path.absolute().parents[2], path.parent.name):
            spec.loader.exec_module(module)
    except AutograderError:
        raise
    except Exception as error:
        raise AutograderError(
            "{path}: does not run: {kind}: {error}", path=path, kind=type(error).__name__, error=error
        ) from None
    return module
