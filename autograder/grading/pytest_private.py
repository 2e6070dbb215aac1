"""Everything that the engine uses of pytest beyond its documented interface, to run a collected check repeatedly.

pytest runs an item once, through hooks and reports, which take 1.4 ms per check. Its fixtures alone take 0.1 ms, and a
check that needs only the student is called directly. With `SHORT_CUT` False every check goes through the fixtures; the
tests use it to compare the results of both ways. If pytest changes one of the names used here,
tests/autograder/grading/test_pytest_private.py reports which.
"""

from __future__ import annotations

from typing import Any

import pytest

SHORT_CUT = True
"""Whether a check whose only argument is the student is called without pytest's fixtures."""


def takes_only(item: pytest.Item, name: str) -> bool:
    """Return whether `name` is the only fixture that must be set up for a check."""
    return SHORT_CUT and set(item.fixturenames) <= {name, "request"}  # type: ignore[attr-defined]


def call(item: pytest.Item, value: Any) -> None:
    """Call a check with `value` as its only argument; its exceptions propagate."""
    item.obj(**dict.fromkeys(item._fixtureinfo.argnames, value))  # type: ignore[attr-defined]


def renew(item: pytest.Item) -> None:
    """Discard the fixtures of a check's earlier run, so that it can be set up again."""
    item._initrequest()  # type: ignore[attr-defined]


def set_up_and_run(item: pytest.Item) -> None:
    """Set up a check's fixtures and call it; its exceptions propagate."""
    item.session._setupstate.setup(item)
    item.runtest()


def tear_down(item: pytest.Item) -> None:
    """Tear down all fixtures, including those of modules and the session, since any check may be the last."""
    item.session._setupstate.teardown_exact(None)
