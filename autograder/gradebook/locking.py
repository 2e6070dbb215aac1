"""Several who use one gradebook at once, a run and people who grade by hand: who waits for whom, and how long.

SQLite lets one write at a time, PostgreSQL locks row by row. On both, whoever writes a student's submissions holds the
student, and a run that is in another's way gives way and tries again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy
from nbgrader.api import Student
from sqlalchemy import bindparam, event, select, text
from sqlalchemy.engine import Engine

PATIENCE = 60
"""How long anything waits for others, in seconds."""
_TURN = "800ms"
"""How long a run waits for one row. PostgreSQL breaks deadlocks after 1 s; the run, not a person, lets go before."""
_IN_THE_WAY = {"23505", "40001", "40P01", "55P03"}
"""PostgreSQL's states for a row that somebody else was quicker to make, for a deadlock, for a row that is locked."""

_STUDENT = Student.__table__
_ADD_STUDENT = text("insert into student (id) values (:student) on conflict do nothing")
_LOCK_STUDENT = select(_STUDENT.c.id).where(_STUDENT.c.id == bindparam("student")).with_for_update(key_share=True)
_HURRY = text(f"set local lock_timeout = '{_TURN}'")


def be_patient() -> None:
    """Let every connection of this process to an SQLite file wait for others, those that nbgrader opens too."""
    if not event.contains(Engine, "connect", _wait):
        event.listen(Engine, "connect", _wait)


def _wait(connection: Any, record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"pragma busy_timeout = {PATIENCE * 1000}")


def hold_student(database: Any, student: str) -> None:
    """Let nobody else who does this write the student's submissions until the transaction ends.

    The student is made where there is none, which on SQLite takes the lock for all that comes after.
    """
    database.execute(_ADD_STUDENT, {"student": student})
    if database.get_bind().dialect.name == "postgresql":
        database.execute(_LOCK_STUDENT, {"student": student})


def hurry(database: Any) -> None:
    """Let this transaction wait for no lock longer than a moment; SQLite has its `PATIENCE`."""
    if database.get_bind().dialect.name == "postgresql":
        database.execute(_HURRY)


def in_turn(database: Any, write: Callable[[], None]) -> None:
    """Do `write` in one transaction, and again where somebody else was in the way, all or nothing.

    Raises:
        SQLAlchemyError: another mistake, or `PATIENCE` is at its end.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            hurry(database)
            write()
            database.commit()
            return
        except sqlalchemy.exc.SQLAlchemyError as error:
            database.rollback()
            if _state(error) not in _IN_THE_WAY or time.monotonic() > until:
                raise
            time.sleep(0.05)


def is_locked(error: Exception) -> bool:
    """Whether somebody else was in the way until the end."""
    return _state(error) == "55P03" or "database is locked" in str(getattr(error, "orig", ""))


def is_in_the_way(error: Exception) -> bool:
    """Whether somebody else was in the way, now or until the end."""
    return _state(error) in _IN_THE_WAY or is_locked(error)


def _state(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)
