"""Locking for concurrent use of one gradebook, by runs and by people who grade by hand.

SQLite allows one writer at a time, PostgreSQL locks single rows. With both, a transaction that writes a student's
submissions first locks the student's row, and a run that conflicts with another transaction rolls back and retries.
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
"""Maximum time to wait for locks, in seconds."""
_TURN = "800ms"
"""Lock timeout of a run on PostgreSQL, below its deadlock timeout of 1 s, so that the run gives way, not a person."""
_IN_THE_WAY = {"23505", "40001", "40P01", "55P03"}
"""PostgreSQL's error codes of conflicts: unique violation, serialization failure, deadlock, lock not available."""

_STUDENT = Student.__table__
_ADD_STUDENT = text("insert into student (id) values (:student) on conflict do nothing")
_LOCK_STUDENT = select(_STUDENT.c.id).where(_STUDENT.c.id == bindparam("student")).with_for_update(key_share=True)
_HURRY = text(f"set local lock_timeout = '{_TURN}'")


def be_patient() -> None:
    """Set a busy timeout on every SQLite connection of this process, including those that nbgrader opens."""
    if not event.contains(Engine, "connect", _wait):
        event.listen(Engine, "connect", _wait)


def _wait(connection: Any, record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"pragma busy_timeout = {PATIENCE * 1000}")


def hold_student(database: Any, student: str) -> None:
    """Lock the student's row until the transaction ends; other callers of this function wait.

    The student is created if missing; on SQLite this write takes the lock for the rest of the transaction.
    """
    database.execute(_ADD_STUDENT, {"student": student})
    if database.get_bind().dialect.name == "postgresql":
        database.execute(_LOCK_STUDENT, {"student": student})


def hurry(database: Any) -> None:
    """Set a short lock timeout for this transaction on PostgreSQL; SQLite keeps its timeout, `PATIENCE`."""
    if database.get_bind().dialect.name == "postgresql":
        database.execute(_HURRY)


def in_turn(database: Any, write: Callable[[], None]) -> None:
    """Call `write` in one transaction; roll back and retry it on a conflict.

    Raises:
        SQLAlchemyError: another error occurred, or conflicts lasted for `PATIENCE` seconds.
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
    """Return whether the error says that a lock was not available."""
    return _state(error) == "55P03" or "database is locked" in str(getattr(error, "orig", ""))


def is_in_the_way(error: Exception) -> bool:
    """Return whether the error is a conflict with another transaction, so that a retry may succeed."""
    return _state(error) in _IN_THE_WAY or is_locked(error)


def _state(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)
