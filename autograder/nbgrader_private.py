"""Imports the package nbgrader without its server extensions, which only a Jupyter server needs.

nbgrader's `__init__` imports them, with exchange, converters and tornado: 0.3 s for a command that reads the gradebook.
The package is put into sys.modules without running its `__init__`, which is run when one of its names is asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any


def put_off_server_extensions() -> None:
    """Make `import nbgrader.api` import nothing else of nbgrader's; does nothing if nbgrader is imported already."""
    spec = importlib.util.find_spec("nbgrader") if "nbgrader" not in sys.modules else None
    if spec is None or spec.loader is None:
        return
    package = importlib.util.module_from_spec(spec)
    loader = spec.loader

    def get(name: str) -> Any:
        if name.startswith("__") and name != "__version__":  # what Python asks of any module
            raise AttributeError(name)
        if importlib.util.find_spec(f"nbgrader.{name}"):  # as in `from nbgrader import utils`
            return importlib.import_module(f"nbgrader.{name}")
        del package.__getattr__
        loader.exec_module(package)
        return getattr(package, name)

    package.__getattr__ = get  # type: ignore[method-assign]
    sys.modules["nbgrader"] = package
