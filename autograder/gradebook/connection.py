"""Opens nbgrader's gradebook, and turns database errors into messages for staff."""

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

from autograder.course.config import Course
from autograder.errors import AutograderError, RunError
from autograder.language.staff import for_staff

from .locking import PATIENCE, be_patient, hurry, is_in_the_way, is_locked

# Connection errors are reported in one line by this module; the logs of SQLAlchemy and psycopg would repeat them.
for _logger in ("sqlalchemy.pool", "psycopg"):
    logging.getLogger(_logger).setLevel(logging.CRITICAL)

VERSION = table("alembic_version", column("version_num", sqlalchemy.String))
"""The table with the schema version of nbgrader's database, which `nbgrader db upgrade` reads."""

_SEARCHED = (
    ("grade", "notebook_id"),
    ("comment", "notebook_id"),
    ("submitted_notebook", "assignment_id"),
    ("submitted_assignment", "student_id"),
)


@contextmanager
def opened(course: Course) -> Iterator[Gradebook]:
    """Open the course's gradebook; a context manager.

    Raises:
        AutograderError: the gradebook cannot be read or written.
    """
    try:
        with connected(course.gradebook, course.name) as gradebook:
            yield gradebook
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise unusable(course.gradebook, error) from None


def exists(course: Course) -> bool:
    """Return whether the gradebook exists, without creating it."""
    url = course.gradebook
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


def submissions(course: Course) -> set[tuple[str, str]]:
    """Return problem set and student of every submission with rows; empty if there is no gradebook.

    Raises:
        AutograderError: the gradebook cannot be read.
    """
    if not exists(course):
        return set()
    query = select(Assignment.name, SubmittedAssignment.student_id).join(Assignment.submissions)
    with opened(course) as gradebook:
        return {(name, student) for name, student in gradebook.db.execute(query)}


def connected(db_url: str, course: str) -> Gradebook:
    """Return nbgrader's gradebook; its tables are created if it is empty.

    Raises:
        SQLAlchemyError: the gradebook cannot be opened.
    """
    be_patient()
    try:
        _make_tables(db_url)
        return Gradebook(db_url, course)
    except sqlalchemy.exc.DBAPIError as error:
        # Two processes that open an empty gradebook at once both create the tables; the second finds them existing.
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
    """Create nbgrader's tables, its record of their schema version, and the indexes that it lacks."""
    Base.metadata.create_all(database)
    if not inspect(database).has_table(VERSION.name):
        database.exec_driver_sql("create table alembic_version (version_num varchar(32) not null)")
        database.execute(insert(VERSION).values(version_num=version()))
    _make_indexes(database)


def add_indexes(gradebook: Gradebook) -> None:
    """Add our indexes to a gradebook that nbgrader created; leave it to a later run if the gradebook is locked."""
    try:
        hurry(gradebook.db)
        _make_indexes(gradebook.db.connection())
        gradebook.db.commit()
    except sqlalchemy.exc.SQLAlchemyError as error:
        gradebook.db.rollback()
        if not is_in_the_way(error):
            raise


def _make_indexes(database: Connection) -> None:
    """Create indexes for the queries that add up scores, also in nbgrader's pages; without them they scan tables."""
    there = inspect(database)
    for name, column_name in _SEARCHED:
        known = there.get_indexes(name)
        if not any(
            item["column_names"][:1] == [column_name] for item in known
        ):  # checked first, since creating an index locks the table
            database.exec_driver_sql(f"create index if not exists ix_{name}_{column_name} on {name} ({column_name})")


def version() -> str:
    """Return the schema version of the installed nbgrader, without running alembic as nbgrader does (2 s)."""
    from alembic.script import ScriptDirectory  # takes 0.1 s to import, and only a new gradebook needs it

    return str(ScriptDirectory(str(Path(package.__file__).parent / "alembic")).get_current_head())


def unusable(db_url: str, error: Exception, what: str = "") -> AutograderError:
    """Return the error for staff, without the password.

    Args:
        db_url: the gradebook's URL.
        error: the database's error.
        what: what failed, such as "the gradebook {url} cannot be written"; in staff's language.
    """
    url = sqlalchemy.engine.make_url(db_url)
    shown = url.render_as_string(hide_password=True)
    failed = (what or for_staff("the gradebook {url}")).replace("{url}", shown)
    if is_locked(error):
        return AutograderError(
            "{failed}: another program kept it locked for {seconds} seconds; end that program, then run the same"
            " command again",
            failed=failed,
            seconds=PATIENCE,
        )
    why = str(getattr(error, "orig", None) or error).splitlines()[0]
    fix = for_staff("check gradebook: in course.yml")
    if "peer authentication" in why.lower():
        user = getpass.getuser()
        fix = for_staff(
            "peer authentication needs a role with your user name, {user}: write {user}@ in gradebook: of course.yml,"
            " and create it as the database's owner (sudo -u postgres createuser {user};"
            " sudo -u postgres createdb … --owner {user})",
            user=user,
        )
    elif url.get_backend_name() == "postgresql":
        fix = for_staff("check gradebook: in course.yml, its server, and the password in PGPASSWORD or ~/.pgpass")
    return AutograderError("{failed}: {why}; {fix}", failed=failed, why=why, fix=fix)


def unwritable(db_url: str, error: Exception) -> AutograderError:
    """Return the error for staff when something cannot be written: a RunError unless it concerns one submission."""
    found = unusable(db_url, error, for_staff("the gradebook {url} cannot be written"))
    refused = isinstance(error, sqlalchemy.exc.DataError | sqlalchemy.exc.IntegrityError)
    unfit = isinstance(error, sqlalchemy.exc.StatementError) and not isinstance(error, sqlalchemy.exc.DBAPIError)
    # A value that the database rejects concerns one submission; any other error would recur with the next one.
    return found if refused or unfit else RunError("{why}", why=found)
