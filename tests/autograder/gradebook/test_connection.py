"""The gradebook as we make it: nbgrader's tables, and indexes by which scores are found in a big class."""

import logging

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import inspect, text

from autograder.course import config, nbgrader
from autograder.gradebook.connection import connected, version
from autograder.gradebook.recorder import Recorder


def searched(gradebook):
    """Tables that SQLite goes through as a whole to add up one submission's score."""
    question = (
        "explain query plan select sum(grade.auto_score) from submitted_notebook, grade"
        " where submitted_notebook.assignment_id = 'x' and grade.notebook_id = submitted_notebook.id"
    )
    return [row[3] for row in gradebook.db.execute(text(question)) if row[3].startswith("SCAN")]


def indexes(recorder):
    return {item["name"] for item in inspect(recorder._gradebook.engine).get_indexes("grade")}


@pytest.fixture
def course(root):
    return config.load(root)


def test_a_new_one_is_of_nbgraders_form_and_finds_scores_by_indexes(tmp_path):
    url = f"sqlite:///{tmp_path}/gradebook.db"
    with connected(url, "x") as gradebook:
        assert gradebook.db.execute(text("select version_num from alembic_version")).scalar() == version()
        assert not searched(gradebook)
    with Gradebook(url, "x") as gradebook:
        gradebook.add_student("a")


def test_one_that_nbgrader_made_gets_them_when_a_run_writes(tmp_path, course):
    nbgrader.put_tools_on_path()
    url = f"sqlite:///{tmp_path}/gradebook.db"
    course = course.model_copy(update={"gradebook": url})
    with Gradebook(url, course.name) as gradebook:
        assert searched(gradebook)
    for _ in range(2):
        with Recorder(course) as recorder:
            assert not searched(recorder._gradebook)


def test_on_postgresql_too(postgresql, course):
    course = course.model_copy(update={"gradebook": postgresql.url(postgresql.database())})
    with Recorder(course) as recorder:
        assert "ix_grade_notebook_id" in indexes(recorder)


def test_while_another_writes_they_are_left_to_a_later_run(postgresql, course):
    nbgrader.put_tools_on_path()
    url = postgresql.url(postgresql.database())
    course = course.model_copy(update={"gradebook": url})
    with Gradebook(url, course.name) as other:
        for name in ("submitted_assignment", "submitted_notebook", "grade", "comment"):
            other.db.execute(text(f"lock table {name} in row exclusive mode"))
        with Recorder(course) as recorder:
            assert "ix_grade_notebook_id" not in indexes(recorder)
    with Recorder(course) as recorder:
        assert "ix_grade_notebook_id" in indexes(recorder)


@pytest.mark.parametrize("name", ["psycopg", "sqlalchemy.pool"])
def test_a_lost_connection_is_told_by_one_line_and_not_by_drivers_logs(name):
    assert not logging.getLogger(name).isEnabledFor(logging.WARNING)
