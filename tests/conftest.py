"""What the tests share: a tiny course, and a class of it graded once."""

import functools
import os
import shutil
from pathlib import Path

import nbgrader.api
import pytest

TINY = Path(__file__).parent / "tiny"
TABLES = Path(__file__).parent / "tables"
TAKES_MINUTES = (
    *("marks/", "vocabulary/", "autograder/release/proofs/", "autograder/release/test_", "autograder/workers/"),
    *("autograder/test_nbgrader_plugin.py", "autograder/test_barrier.py", "autograder/test_crash.py"),
)


def pytest_collection_modifyitems(items):
    """What takes minutes comes first, so that at the end no worker is busy with one file while the others wait."""
    here = f"{Path(__file__).parent}/"
    items.sort(key=lambda item: not str(item.path).removeprefix(here).startswith(TAKES_MINUTES))


@pytest.fixture(scope="session", autouse=True)
def the_gradebooks_version_is_asked_for_once():
    """nbgrader asks another program, for 2 s, each time that it makes a gradebook; the answer is always the same."""
    real = nbgrader.api.get_alembic_version
    nbgrader.api.get_alembic_version = functools.cache(real)
    yield
    nbgrader.api.get_alembic_version = real


@pytest.fixture(scope="session", autouse=True)
def files_are_made_as_on_most_machines():
    """Modes that tests look at are those of umask 022, whatever the shell has."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def root():
    """The folder of the repository's own course."""
    return Path(__file__).parent.parent


@pytest.fixture
def tiny(tmp_path):
    """A copy of the tiny course."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny", ignore=shutil.ignore_patterns("__pycache__", "*.db")))


@pytest.fixture
def tables(tmp_path):
    """A copy of the course with files beside its notebook."""
    return Path(shutil.copytree(TABLES, tmp_path / "tables", ignore=shutil.ignore_patterns("__pycache__", "*.db")))
