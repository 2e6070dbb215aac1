"""A gradebook as plain rows that can be compared: random ids are replaced by what they stand for."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

_ID = re.compile(r"[0-9a-f]{32}")


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table of nbgrader's SQLite gradebook, sorted."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        stored = {name: _Table(database, name) for name in tables}
    return {name: sorted((table.plain(row, stored) for row in table.rows), key=repr) for name, table in stored.items()}


class _Table:
    def __init__(self, database: sqlite3.Connection, name: str) -> None:
        cursor = database.execute(f"select * from {name}")
        columns = [column[0] for column in cursor.description]
        self.rows = [dict(zip(columns, row, strict=True)) for row in cursor]
        self.by_id = {row["id"]: row for row in self.rows if "id" in row}
        self.parents = {
            column: table for _, _, table, column, *_ in database.execute(f"pragma foreign_key_list({name})")
        }

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
