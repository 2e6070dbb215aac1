"""The class of all attacks, graded once, and classes of some; what an attack is, is in classroom.py."""

import pytest
from classroom import ATTACKS, run_class


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    """The class of all attacks."""
    return run_class(tmp_path_factory.mktemp("attacks") / "course", ATTACKS.values())


@pytest.fixture(scope="session")
def attacks():
    """All attacks, by name."""
    return ATTACKS


@pytest.fixture(scope="session")
def grade_with(tmp_path_factory):
    """Grades a class made of the attacks named."""

    def grading(names, **options):
        return run_class(tmp_path_factory.mktemp("some") / "course", [ATTACKS[name] for name in names], **options)

    return grading


def pytest_generate_tests(metafunc):
    if "attack" in metafunc.fixturenames:
        metafunc.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
