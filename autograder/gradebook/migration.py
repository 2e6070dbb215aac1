"""Moves a course's gradebook from SQLite to PostgreSQL: every row as it is, in one transaction, or nothing."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

import msgspec
import sqlalchemy
from nbgrader.api import Base
from sqlalchemy import Connection, Table, create_engine, func, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from autograder.course import config, nbgrader
from autograder.errors import AutograderError

from .connection import VERSION, make_tables, unusable, version
from .locking import be_patient

_ROWS = 1000
"""So many are in memory at a time."""


class Moved(msgspec.Struct, frozen=True):
    """How many rows each table holds, there as here, and what is left to do by hand."""

    rows: dict[str, int]
    place: str
    line: str


def move(root: Path, target: str) -> Moved:
    """Copy the gradebook to an empty PostgreSQL database; nothing here is changed.

    Args:
        root: the course's folder.
        target: nbgrader's db_url.

    Raises:
        AutograderError: it cannot be copied; the target is as it was.
    """
    path = _source(root)
    try:
        config.gradebook_url(target)
    except ValueError as error:
        raise AutograderError(f"the gradebook's new place: {error}") from None
    if target.startswith("sqlite"):
        raise AutograderError("the gradebook's new place: is SQLite; write postgresql+psycopg://user@host/name")
    be_patient()
    here = create_engine(f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true")
    there = create_engine(target)
    try:
        with here.connect() as source, there.begin() as database:
            source.exec_driver_sql("begin")  # all tables as they stand at one moment
            _refuse_another_form(source, path)
            _refuse_if_full(database, target)
            make_tables(database)
            rows = {item.name: _copied(source, database, item, path) for item in Base.metadata.sorted_tables}
    except SQLAlchemyError as error:
        if isinstance(getattr(error, "orig", None), sqlite3.Error):
            raise unusable(f"sqlite:///{path}", error, " cannot be read") from None
        raise unusable(target, error, " cannot be filled") from None
    finally:
        here.dispose()
        there.dispose()
    return Moved(rows, _place(root), f"gradebook: {target}")


def _source(root: Path) -> Path:
    prefix, url = "sqlite:///", nbgrader.database(root, config.load(root).gradebook)
    if not url.startswith(prefix):
        raise AutograderError(f"{config.FILE}: gradebook: is not SQLite; name there the file that is to be moved")
    path = Path(url.removeprefix(prefix))
    if not path.is_file():
        raise AutograderError(f"{path}: no such file; an empty gradebook need not be moved: change {config.FILE}")
    return path


def _refuse_another_form(source: Connection, path: Path) -> None:
    try:
        known = source.execute(select(VERSION.c.version_num)).scalar()
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", error)).splitlines()[0]
        raise AutograderError(f"{path}: is not nbgrader's gradebook ({why}); check gradebook: in course.yml") from None
    if known != version():
        raise AutograderError(f"{path}: is of another version of nbgrader; run: nbgrader db upgrade")


def _refuse_if_full(database: Connection, target: str) -> None:
    there = inspect(database).get_table_names()
    for item in Base.metadata.sorted_tables:
        if item.name in there and _count(database, item):
            shown = sqlalchemy.engine.make_url(target).render_as_string()
            raise AutograderError(
                f"{shown}: is not empty: {_count(database, item)} rows in table {item.name}; make a new database"
            )


def _copied(source: Connection, database: Connection, item: Table, path: Path) -> int:
    """The number of rows copied of one table, which are those that stand there now."""
    try:
        for some in source.execute(select(item)).mappings().partitions(_ROWS):
            database.execute(insert(item), [dict(row) for row in some])
        count, found = _count(source, item), _count(database, item)
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())
        raise AutograderError(f"{path}: table {item.name}: {why}; mend that row; nothing was copied") from None
    if count != found:
        raise AutograderError(f"{path}: table {item.name}: {found} of {count} rows arrived; nothing was copied")
    return count


def _count(database: Connection, item: Table) -> int:
    return database.execute(select(func.count()).select_from(item)).scalar_one()


def _place(root: Path) -> str:
    """Where course.yml names the gradebook, or that it does not yet."""
    lines = (root / config.FILE).read_text(encoding="utf-8-sig").splitlines()
    numbers = [number for number, line in enumerate(lines, 1) if re.match(r"""["']?gradebook["']?\s*:""", line)]
    return f"{config.FILE}:{numbers[0]}" if numbers else f"{config.FILE} (a new line)"
