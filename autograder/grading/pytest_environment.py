"""The environment of a process that runs the course's checks: pytest with our plug-ins and options only, one thread."""

from __future__ import annotations

import os


def environment(**more: str) -> dict[str, str]:
    """This process's variables, without what would change how the checks run, and with `more`."""
    found = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OMP_NUM_THREADS": "1", **more}
    found.pop("PYTEST_ADDOPTS", None)
    return found
