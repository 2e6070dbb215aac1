"""A gradebook as plain rows that can be compared: random ids are replaced by what they stand for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbgrader.api import Base
from sqlalchemy import Connection, NullPool, Table, create_engine, select, text

_ID = re.compile(r"[0-9a-f]{32}")


def rows(book: Path | str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table of nbgrader's gradebook, an SQLite file or a db_url, sorted."""
    url = book if isinstance(book, str) else f"sqlite:///file:{book}?mode=ro&uri=true"
    with create_engine(url, poolclass=NullPool).connect() as database:
        stored = {table.name: _Table(database, table) for table in Base.metadata.sorted_tables}
        versions = database.execute(text("select version_num from alembic_version")).all()
    found = {name: sorted((table.plain(row, stored) for row in table.rows), key=repr) for name, table in stored.items()}
    return found | {"alembic_version": [tuple(version) for version in versions]}


class _Table:
    def __init__(self, database: Connection, table: Table) -> None:
        self.rows = [dict(row) for row in database.execute(select(table)).mappings()]
        self.by_id = {row["id"]: row for row in self.rows if "id" in row}
        self.parents = {key.parent.name: key.column.table.name for key in table.foreign_keys}

    def plain(self, row: dict[str, Any], stored: dict[str, _Table]) -> tuple[Any, ...]:
        """The row without its own random id, and with what its foreign keys stand for."""
        found = []
        for column, value in row.items():
            if column in self.parents and value is not None:
                parent = stored[self.parents[column]]
                found.append((column, parent.plain(parent.by_id[value], stored)))
            elif not (column == "id" and _ID.fullmatch(str(value))):
                found.append((column, value))
        return tuple(found)
