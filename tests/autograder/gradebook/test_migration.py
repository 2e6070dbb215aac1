"""`autograder move-gradebook` copies every row to PostgreSQL, or nothing, and changes nothing here."""

import hashlib
import json
import shutil
import sqlite3
from datetime import timedelta

import pytest
from nbgrader.api import Base, Gradebook
from sqlalchemy import NullPool, create_engine, inspect, select

from autograder.errors import AutograderError
from autograder.grade import grade
from autograder.gradebook.migration import move
from autograder.lms import extensions
from autograder.release.build import build
from benchmarks.gradebook_rows import rows

from ..test_cli import autograder
from .conftest import use


@pytest.fixture(scope="module")
def left_by_people(shared_classroom):
    """The folder of a course with scores of both kinds, a comment and an extension."""
    root = shared_classroom.root
    build(root)
    shared_classroom.hand_in("ada", shared_classroom.notebook())
    shared_classroom.hand_in("ben", shared_classroom.notebook(counter=""))
    grade(root, jobs=1)
    extensions.extend(root, "ada", "ps1", timedelta(days=2, hours=1))
    with Gradebook(f"sqlite:///{root}/gradebook.db", "tiny") as gradebook:
        written = gradebook.find_grade("ps1-written", "ps1", "ps1", "ada")
        written.manual_score, written.needs_manual_grade = 2.5, False
        gradebook.find_comment("ps1-written", "ps1", "ps1", "ada").manual_comment = "gut, «weiter so» 👍\n"
        gradebook.db.commit()
    return root


@pytest.fixture
def graded(left_by_people, tmp_path):
    """A copy of it."""
    return shutil.copytree(left_by_people, tmp_path / "course")


def all_rows(url):
    """With the random ids."""
    with create_engine(url, poolclass=NullPool).connect() as database:
        return {
            table.name: sorted(map(tuple, database.execute(select(table)).all()), key=repr)
            for table in Base.metadata.sorted_tables
        }


def digest(root):
    return hashlib.sha256((root / "gradebook.db").read_bytes()).digest()


def tables(url):
    with create_engine(url, poolclass=NullPool).connect() as database:
        return inspect(database).get_table_names()


def test_every_row_is_there_with_its_id_and_the_course_goes_on_with_it(graded, postgresql):
    before, url = digest(graded), postgresql.url(postgresql.database())
    done = autograder("-C", graded, "move-gradebook", url)
    assert done.returncode == 0, done.stderr
    here = f"sqlite:///{graded}/gradebook.db"
    assert all_rows(url) == all_rows(here) and rows(url) == rows(here)
    for table, found in all_rows(here).items():
        [line] = [line.split() for line in done.stdout.splitlines() if line.split()[:1] == [table]]
        assert line == [table, str(len(found))]
    assert f"Now write in course.yml (a new line): gradebook: {url}" in done.stdout
    assert digest(graded) == before
    # Nothing is graded or recorded again, and what was given by hand does not wait to be read again.
    use(graded, url)
    again = grade(graded, jobs=1)
    assert again.unchanged == 2 and all_rows(url) == all_rows(here)


def test_the_line_to_change_is_named(graded, on_postgresql, postgresql):
    with (graded / "course.yml").open("a") as file:
        file.write("gradebook: sqlite:///gradebook.db\n")
    url = postgresql.url(postgresql.database())
    done = autograder("-C", graded, "move-gradebook", url, "--json")
    moved = json.loads(done.stdout)
    assert (moved["place"], moved["line"]) == ("course.yml:7", f"gradebook: {url}")
    assert moved["rows"]["student"] == 2 and moved["rows"]["submitted_assignment"] == 2


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "update comment set notebook_id = 'nothing' where id = (select min(id) from comment)",
            "table comment: .*nothing.*not present",
        ),
        ("update student set last_name = hex(zeroblob(100)) where id = 'ben'", "table student: value too long"),
        ("update comment set manual_comment = 'a' || char(0)", "table comment: .*NUL"),
    ],
    ids=["an orphan", "too long a name", "a NUL"],
)
def test_a_copy_that_fails_leaves_the_target_empty(graded, postgresql, damage, said):
    with sqlite3.connect(graded / "gradebook.db") as gradebook:
        gradebook.execute(damage)
    before, url = digest(graded), postgresql.url(postgresql.database())
    with pytest.raises(AutograderError, match=rf"gradebook\.db: {said}.*; fix that row; nothing was copied"):
        move(graded, url)
    assert tables(url) == [] and digest(graded) == before


def test_what_cannot_be_filled_is_refused(graded, postgresql):
    url = postgresql.url(postgresql.database())
    move(graded, url)
    there = all_rows(url)
    with pytest.raises(AutograderError, match="is not empty: 2 rows in table course; make a new database"):
        move(graded, url)
    assert all_rows(url) == there
    with pytest.raises(AutograderError, match=r"cannot be filled: .*does not exist"):
        move(graded, postgresql.url("nothing"))
    with pytest.raises(AutograderError, match="contains a password") as refused:
        move(graded, "postgresql+psycopg://ta:secret@db/x")
    assert "secret" not in str(refused.value)
    with pytest.raises(AutograderError, match="the new gradebook: is SQLite"):
        move(graded, "sqlite:///other.db")


def test_what_cannot_be_moved_is_refused(graded, postgresql):
    url = postgresql.url(postgresql.database())
    with sqlite3.connect(graded / "gradebook.db") as gradebook:
        gradebook.execute("update alembic_version set version_num = 'older'")
    with pytest.raises(AutograderError, match="another version of nbgrader; run: nbgrader db upgrade"):
        move(graded, url)
    (graded / "gradebook.db").unlink()
    with pytest.raises(AutograderError, match="no such file; there is nothing to copy"):
        move(graded, url)
    use(graded, url)
    with pytest.raises(AutograderError, match=r"course\.yml: gradebook: is not SQLite"):
        move(graded, url)
    assert tables(url) == []
