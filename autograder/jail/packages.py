"""The distributions that bring the packages which a course names, as they are installed here."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence


def distributions(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the distributions of each package, by the name in its import; none where it is not installed."""
    owners = importlib.metadata.packages_distributions() if names else {}
    return {name: sorted(set(owners.get(name, []))) for name in names}


def versions(names: Sequence[str]) -> dict[str, str]:
    """Return the version of each package, by the name in its import; the empty text where it has none."""
    return {
        name: ", ".join(sorted({importlib.metadata.version(owner) for owner in owners}))
        for name, owners in distributions(names).items()
    }
