"""Opening nbgrader's gradebook, and what is said where it cannot be used."""

from __future__ import annotations

import getpass
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbgrader as package
import sqlalchemy
from nbgrader.api import Assignment, Base, Gradebook, SubmittedAssignment
from sqlalchemy import Connection, column, create_engine, insert, inspect, select, table

from autograder.course import nbgrader
from autograder.course.config import Course
from autograder.errors import AutograderError

from .locking import PATIENCE, be_patient, hurry, is_in_the_way, is_locked

# What goes wrong with a connection is said by us, in one line.
logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)

VERSION = table("alembic_version", column("version_num", sqlalchemy.String))
"""nbgrader's note of the form of its tables, for `nbgrader db upgrade`."""

_SEARCHED = (
    ("grade", "notebook_id"),
    ("comment", "notebook_id"),
    ("submitted_notebook", "assignment_id"),
    ("submitted_assignment", "student_id"),
)


@contextmanager
def opened(root: Path, course: Course) -> Iterator[Gradebook]:
    """The course's gradebook; a context manager.

    Raises:
        AutograderError: it cannot be read or written.
    """
    url = nbgrader.database(root, course.gradebook)
    try:
        with connected(url, course.name) as gradebook:
            yield gradebook
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise unusable(url, error) from None


def exists(root: Path, course: Course) -> bool:
    """Whether there is a gradebook: reading must not make one."""
    url = nbgrader.database(root, course.gradebook)
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


def submissions(root: Path, course: Course) -> set[tuple[str, str]]:
    """Problem set and student of every submission that has rows; none where there is no gradebook.

    Raises:
        AutograderError: the gradebook cannot be read.
    """
    if not exists(root, course):
        return set()
    query = select(Assignment.name, SubmittedAssignment.student_id).join(Assignment.submissions)
    with opened(root, course) as gradebook:
        return {(name, student) for name, student in gradebook.db.execute(query)}


def connected(db_url: str, course: str) -> Gradebook:
    """nbgrader's gradebook, whose tables are made where it is empty.

    Raises:
        SQLAlchemyError: it cannot be opened.
    """
    be_patient()
    try:
        _make_tables(db_url)
        return Gradebook(db_url, course)
    except sqlalchemy.exc.DBAPIError as error:
        # Of two who open an empty gradebook at once, each makes the tables; who comes second finds them there.
        made = isinstance(error, sqlalchemy.exc.IntegrityError | sqlalchemy.exc.ProgrammingError)
        if not made and "already exists" not in str(error.orig):
            raise
        time.sleep(0.5)
        return Gradebook(db_url, course)


def _make_tables(db_url: str) -> None:
    engine = create_engine(db_url)
    try:
        with engine.begin() as database:
            if not inspect(database).get_table_names():
                make_tables(database)
    finally:
        engine.dispose()


def make_tables(database: Connection) -> None:
    """nbgrader's tables, the version of their form as it notes it, and the indexes that it has not."""
    Base.metadata.create_all(database)
    if not inspect(database).has_table(VERSION.name):
        database.exec_driver_sql("create table alembic_version (version_num varchar(32) not null)")
        database.execute(insert(VERSION).values(version_num=version()))
    _make_indexes(database)


def add_indexes(gradebook: Gradebook) -> None:
    """Give a gradebook that nbgrader made the indexes that ours have; where others write in it, another run does it."""
    try:
        hurry(gradebook.db)
        _make_indexes(gradebook.db.connection())
        gradebook.db.commit()
    except sqlalchemy.exc.SQLAlchemyError as error:
        gradebook.db.rollback()
        if not is_in_the_way(error):
            raise


def _make_indexes(database: Connection) -> None:
    """Scores are added up by them, by nbgrader's pages too, where it would search whole tables."""
    there = inspect(database)
    for name, column_name in _SEARCHED:
        known = there.get_indexes(name)
        if not any(item["column_names"][:1] == [column_name] for item in known):  # looked up first: making one locks
            database.exec_driver_sql(f"create index if not exists ix_{name}_{column_name} on {name} ({column_name})")


def version() -> str:
    """The form of the tables that this nbgrader has, which it asks another program for, in 2 s."""
    from alembic.script import ScriptDirectory  # 0.1 s that only a new gradebook needs

    return str(ScriptDirectory(str(Path(package.__file__).parent / "alembic")).get_current_head())


def unusable(db_url: str, error: Exception, what: str = "") -> AutograderError:
    """The error for staff; `what` could not be done, and the password stays unsaid."""
    url = sqlalchemy.engine.make_url(db_url)
    shown = url.render_as_string(hide_password=True)
    if is_locked(error):
        return AutograderError(
            f"the gradebook {shown}{what}: another program kept it locked for {PATIENCE} seconds;"
            " end that one, and give the same command again"
        )
    why = str(getattr(error, "orig", None) or error).splitlines()[0]
    fix = "check gradebook: in course.yml"
    if "peer authentication" in why.lower():
        user = getpass.getuser()
        fix = (
            f"by peer you are the role of your own name, {user}: write {user}@ in gradebook: of course.yml, and let it"
            f" own the database (sudo -u postgres createuser {user}; sudo -u postgres createdb … --owner {user})"
        )
    elif url.get_backend_name() == "postgresql":
        fix += ", its server, and the password in PGPASSWORD or ~/.pgpass"
    return AutograderError(f"the gradebook {shown}{what}: {why}; {fix}")
