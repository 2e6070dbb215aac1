"""The installed distributions that provide the packages named by a course."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence


def distributions(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the distributions of each package, by import name; an empty list if it is not installed."""
    owners = importlib.metadata.packages_distributions() if names else {}
    return {name: sorted(set(owners.get(name, []))) for name in names}


def versions(names: Sequence[str]) -> dict[str, str]:
    """Return the version of each package, by import name; "" if it has none."""
    return {
        name: ", ".join(sorted({importlib.metadata.version(owner) for owner in owners}))
        for name, owners in distributions(names).items()
    }
