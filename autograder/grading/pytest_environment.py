"""The environment variables of a process that runs checks: only our pytest plug-ins and options, one thread."""

from __future__ import annotations

import os


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment variables with `more`, without those that change how checks run."""
    found = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OMP_NUM_THREADS": "1", **more}
    found.pop("PYTEST_ADDOPTS", None)
    return found
