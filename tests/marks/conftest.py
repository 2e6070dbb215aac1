"""The course, built once for all tests of marks."""

from contextlib import closing

import pytest

from tests.marks.corpus import Course


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    with closing(Course(tmp_path_factory.mktemp("course"))) as made:
        yield made
