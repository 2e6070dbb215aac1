"""What the tests share: a tiny course, and a class of it graded once."""

import shutil
from pathlib import Path

import pytest

TINY = Path(__file__).parent / "tiny"


@pytest.fixture(scope="session")
def root():
    """The folder of the repository's own course."""
    return Path(__file__).parent.parent


@pytest.fixture
def tiny(tmp_path):
    """A copy of the tiny course."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny", ignore=shutil.ignore_patterns("__pycache__", "*.db")))
