"""A PostgreSQL server for the tests alone."""

import pytest

from autograder.formgrader import LINES
from benchmarks import postgresql as server


@pytest.fixture(scope="session")
def postgresql():
    """A running server."""
    where = server.programs()
    if where is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server.running(where) as running:
        yield running


def use(root, url):
    """Let a course have another gradebook."""
    path = root / "course.yml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("gradebook:")]
    path.write_text("\n".join([*lines, f"gradebook: {url}"]) + "\n")
    (root / "nbgrader_config.py").write_text("\n".join(LINES))
    return url


@pytest.fixture
def on_postgresql(postgresql):
    """Gives a course an empty PostgreSQL database: `on_postgresql(root)`, its url."""
    return lambda root: use(root, postgresql.url(postgresql.database()))
