"""All that the engine uses of pytest beyond its documented interface: running a collected check again and again.

pytest runs an item once, through hooks and reports: 1.4 ms around each check. Its fixtures alone take 0.1 ms, and a
check that needs nothing but the student is called as it is. `SHORT_CUT` False sends every check through the fixtures;
the tests use it to show that both ways give the same. When pytest changes one of the names used here,
tests/autograder/grading/test_pytest_private.py says which.
"""

from __future__ import annotations

from typing import Any

import pytest

SHORT_CUT = True
"""Whether a check that takes the student alone is called without pytest's fixtures."""


def takes_only(item: pytest.Item, name: str) -> bool:
    """Whether the fixture `name` is the only one that must be set up for a check."""
    return SHORT_CUT and set(item.fixturenames) <= {name, "request"}  # type: ignore[attr-defined]


def call(item: pytest.Item, value: Any) -> None:
    """Call a check with `value` for its only argument; what it raises comes through."""
    item.obj(**dict.fromkeys(item._fixtureinfo.argnames, value))  # type: ignore[attr-defined]


def renew(item: pytest.Item) -> None:
    """Forget the fixtures of an earlier run of a check, so that it can be set up again."""
    item._initrequest()  # type: ignore[attr-defined]


def set_up_and_run(item: pytest.Item) -> None:
    """Set a check's fixtures up and call it; what it raises comes through."""
    item.session._setupstate.setup(item)
    item.runtest()


def tear_down(item: pytest.Item) -> None:
    """Tear down all fixtures that are set up, those of modules and sessions too: any check may be the last."""
    item.session._setupstate.teardown_exact(None)
