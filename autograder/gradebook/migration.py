"""Copies a course's gradebook from SQLite to PostgreSQL, in one transaction."""

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
from autograder.language.staff import for_staff

from .connection import VERSION, make_tables, unusable, version
from .locking import be_patient

_ROWS = 1000
"""Number of rows in memory at a time."""


class Moved(msgspec.Struct, frozen=True):
    """The number of rows copied per table, and the line to write in course.yml (`line`) at `place`."""

    rows: dict[str, int]
    place: str
    line: str


def move(root: Path, target: str) -> Moved:
    """Copy the gradebook to an empty PostgreSQL database; the source is not changed.

    Args:
        root: the course's folder.
        target: nbgrader's db_url of the new database.

    Raises:
        AutograderError: the gradebook cannot be copied; the target is unchanged.
    """
    path = _source(root)
    try:
        nbgrader.db_url(target)
    except ValueError as error:
        raise AutograderError("the new gradebook: {error}", error=error) from None
    if target.startswith("sqlite"):
        raise AutograderError("the new gradebook: is SQLite; write postgresql+psycopg://user@host/name")
    be_patient()
    here = create_engine(f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true")
    there = create_engine(target)
    try:
        with here.connect() as source, there.begin() as database:
            source.exec_driver_sql("begin")  # a consistent snapshot of all tables
            _refuse_another_form(source, path)
            _refuse_if_full(database, target)
            make_tables(database)
            rows = {item.name: _copy_table(source, database, item, path) for item in Base.metadata.sorted_tables}
    except SQLAlchemyError as error:
        if isinstance(getattr(error, "orig", None), sqlite3.Error):
            raise unusable(f"sqlite:///{path}", error, for_staff("the gradebook {url} cannot be read")) from None
        raise unusable(target, error, for_staff("the gradebook {url} cannot be filled")) from None
    finally:
        here.dispose()
        there.dispose()
    return Moved(rows, _place(root), f"gradebook: {target}")


def _source(root: Path) -> Path:
    prefix, url = "sqlite:///", config.load(root).gradebook
    if not url.startswith(prefix):
        raise AutograderError("{file}: gradebook: is not SQLite; set it to the file to copy from", file=config.FILE)
    path = Path(url.removeprefix(prefix))
    if not path.is_file():
        raise AutograderError(
            "{path}: no such file; there is nothing to copy, so just change {file}", path=path, file=config.FILE
        )
    return path


def _refuse_another_form(source: Connection, path: Path) -> None:
    try:
        known = source.execute(select(VERSION.c.version_num)).scalar()
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", error)).splitlines()[0]
        raise AutograderError(
            "{path}: is not nbgrader's gradebook ({why}); check gradebook: in course.yml", path=path, why=why
        ) from None
    if known != version():
        raise AutograderError("{path}: is of another version of nbgrader; run: nbgrader db upgrade", path=path)


def _refuse_if_full(database: Connection, target: str) -> None:
    there = inspect(database).get_table_names()
    for item in Base.metadata.sorted_tables:
        if item.name in there and _count(database, item):
            shown = sqlalchemy.engine.make_url(target).render_as_string()
            raise AutograderError(
                "{shown}: is not empty: {rows} rows in table {table}; make a new database",
                shown=shown,
                rows=_count(database, item),
                table=item.name,
            )


def _copy_table(source: Connection, database: Connection, item: Table, path: Path) -> int:
    """Copy the rows of one table, and return their number after checking it in the target."""
    try:
        for some in source.execute(select(item)).mappings().partitions(_ROWS):
            database.execute(insert(item), [dict(row) for row in some])
        count, found = _count(source, item), _count(database, item)
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())
        raise AutograderError(
            "{path}: table {table}: {why}; fix that row; nothing was copied", path=path, table=item.name, why=why
        ) from None
    if count != found:
        raise AutograderError(
            "{path}: table {table}: {found} of {count} rows arrived; nothing was copied",
            path=path,
            table=item.name,
            found=found,
            count=count,
        )
    return count


def _count(database: Connection, item: Table) -> int:
    return database.execute(select(func.count()).select_from(item)).scalar_one()


def _place(root: Path) -> str:
    """Return file and line of course.yml's gradebook field, or the file and that the line is new."""
    lines = (root / config.FILE).read_text(encoding="utf-8-sig").splitlines()
    numbers = [number for number, line in enumerate(lines, 1) if re.match(r"""["']?gradebook["']?\s*:""", line)]
    return f"{config.FILE}:{numbers[0]}" if numbers else for_staff("{file} (a new line)", file=config.FILE)
