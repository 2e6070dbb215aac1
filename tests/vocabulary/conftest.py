"""The course, built once for all tests of the vocabulary."""

import pytest

from tests.marks.corpus import Course


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("course"))
