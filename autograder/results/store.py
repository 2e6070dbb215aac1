"""The cache of results on disk, keyed by a digest of their inputs.

It is an SQLite file, which may be deleted at any time. It contains no secrets beyond those in the verdicts, and is only
decoded as plain data.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from autograder.errors import AutograderError, RunError
from autograder.grading.cache_keys import CacheKeys
from autograder.jail.inside import wire
from autograder.model.submission import Submission
from autograder.model.verdict import ExerciseResult, SubmissionResult, Trouble

_SCHEMA = """
create table if not exists found (key blob primary key, kept blob not null) without rowid;
create table if not exists took (
    problem_set text, student text, seconds real not null, primary key (problem_set, student)
) without rowid;
create table if not exists written (
    problem_set text, student text, fingerprint blob not null, primary key (problem_set, student)
) without rowid;
"""


class _KeptExercise(msgspec.Struct, frozen=True, array_like=True):
    key: bytes
    hint: bytes
    result: ExerciseResult


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    outputs: dict[int, list[wire.Output]]
    incidents: list[str]
    exercises: dict[str, _KeptExercise]
    troubles: dict[str, Trouble] = {}


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(_Kept)


class Store:
    """The store in the file `path`; a context manager. One process writes at a time.

    Raises:
        AutograderError: the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, isolation_level=None)
            # A crash of the process loses nothing; a crash of the machine may lose the last results, which are graded
            # again.
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            self._database.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise AutograderError(
                "{path}: cannot be used: {error}; delete it, or make its folder writable", path=path, error=error
            ) from None

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def find(self, submission: Submission, keys: CacheKeys) -> SubmissionResult | None:
        """Return the cached result of a submission, with its valid exercises only; None if nothing is cached.

        Exercises whose hint alone is out of date are in `stale_hints`.
        """
        rows = self._read("select kept from found where key = ?", keys.cells(submission))
        if not rows:
            return None
        try:
            kept = _decoder.decode(rows[0][0])
        except msgspec.MsgspecError:  # a damaged entry counts as missing
            return None
        same, stale_hints = [], []
        for exercise in submission.exercises:
            old = kept.exercises.get(exercise.name)
            if not old or old.key != keys.exercise(exercise):
                continue
            if old.hint == keys.hint(old.result):
                same.append(old.result)
            elif _is_whole(old.result.trace):
                stale_hints.append(old.result)
        repairs, incidents = submission.repairs, kept.incidents
        return SubmissionResult(
            submission.problem_set, repairs, kept.outputs, incidents, True, same, 0.0, stale_hints, kept.troubles
        )

    def keep(self, submission: Submission, keys: CacheKeys, found: SubmissionResult) -> None:
        """Cache a result, except the parts that another run might give differently.

        Raises:
            AutograderError: the file cannot be written.
        """
        if not found.cacheable:
            return
        exercises = {item.name: item for item in submission.exercises}
        kept = _Kept(
            found.outputs,
            found.incidents,
            {
                result.verdict.name: _KeptExercise(
                    keys.exercise(exercises[result.verdict.name]), keys.hint(result), result
                )
                for result in found.exercises
                if result.cacheable
            },
            found.troubles,
        )
        self._write("insert or replace into found values (?, ?)", (keys.cells(submission), _encode(kept)))

    def seconds(self, problem_set: str) -> dict[str, float]:
        """Return the seconds that the last grading of the whole notebook took, by student."""
        return dict(self._read("select student, seconds from took where problem_set = ?", problem_set))

    def set_seconds(self, problem_set: str, student: str, seconds: float) -> None:
        """Store how long grading took.

        Raises:
            AutograderError: the file cannot be written.
        """
        self._write("insert or replace into took values (?, ?, ?)", (problem_set, student, seconds))

    def fingerprints(self) -> dict[tuple[str, str], bytes]:
        """Return the fingerprint of all inputs of the last written results, by problem set and student."""
        rows = self._read("select problem_set, student, fingerprint from written")
        return {(problem_set, student): fingerprint for problem_set, student, fingerprint in rows}

    def set_fingerprint(self, problem_set: str, student: str, fingerprint: bytes) -> None:
        """Store the fingerprint of a submission whose results are all written.

        Raises:
            AutograderError: the file cannot be written.
        """
        self._write("insert or replace into written values (?, ?, ?)", (problem_set, student, fingerprint))

    def _read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise RunError("{path}: cannot be read: {error}; delete it", path=self._path, error=error) from None

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        try:
            self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise RunError(
                "{path}: cannot be written: {error}; free some space, or make it writable", path=self._path, error=error
            ) from None


def _is_whole(trace: bytes) -> bool:
    from autograder.diagnosis import traces  # imports torch, so only if hints have changed

    return traces.is_whole(trace)
