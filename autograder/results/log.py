"""The log of runs in verdicts/log.jsonl, an event a line as JSON; `autograder logs` shows it.

Texts are a student's in part: whoever shows them cleans them.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

import msgspec
from msgspec.structs import replace

from autograder.errors import AutograderError, traceback_of, writable
from autograder.model.verdict import Verdict

Event = Literal["graded", "repaired", "incident", "refused", "deferred", "failed", "ended"]
MAX_BYTES = 4 << 20
"""A longer log is put aside when a run begins, in place of the one that was put aside before."""
_MAX_TEXT = 500
_MAX_REMARKS = 20
"""So many are noted of one submission; its verdict holds them all."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event; the end of a run belongs to no student."""

    time: datetime
    event: Event
    problem_set: str = ""
    student: str = ""
    text: str = ""
    traceback: str = ""
    """Of an error that nobody expected."""


_encode, _decode = msgspec.json.encode, msgspec.json.Decoder(Entry).decode


def path_of(root: Path) -> Path:
    """Where the log stands."""
    return root / "verdicts" / "log.jsonl"


def _before(path: Path) -> Path:
    return path.with_name("log.1.jsonl")


class Log:
    """The log of one run; a context manager. A log that cannot be written keeps nobody from grading."""

    def __init__(self, root: Path) -> None:
        self._path = path_of(root)
        self._counts: Counter[str] = Counter()
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > MAX_BYTES:
                os.replace(self._path, _before(self._path))  # noqa: PTH105

    def __enter__(self) -> Log:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:
            text = str(error) if isinstance(error, AutograderError) else f"{kind.__name__}: {error}"
            self.note("failed", text=text, trace=traceback_of(error))
        if self._counts:
            self.note("ended", text=", ".join(f"{count} {event}" for event, count in self._counts.items()))

    def graded(self, verdict: Verdict) -> None:
        """Note a submission whose results are written, with what was mended and what happened in it."""
        whose = verdict.problem_set, verdict.student
        self.note("graded", *whose, f"{verdict.points:g} of {verdict.max_points:g} points")
        for text in verdict.repairs[:_MAX_REMARKS]:
            self.note("repaired", *whose, text)
        for text in verdict.incidents[:_MAX_REMARKS]:
            self.note("incident", *whose, text)

    def note(self, event: Event, problem_set: str = "", student: str = "", text: str = "", trace: str = "") -> None:
        """Note one thing; `trace` is the traceback of an error that nobody expected."""
        if event in ("graded", "refused", "failed"):
            self._counts[event] += 1
        entry = Entry(datetime.now(UTC).replace(microsecond=0), event, problem_set, student, text[:_MAX_TEXT])
        entry = replace(entry, student=writable(student), text=writable(entry.text), traceback=trace)
        with contextlib.suppress(OSError), self._path.open("ab") as file:
            file.write(_encode(entry) + b"\n")


def read(root: Path, problem_set: str | None = None, student: str | None = None) -> Iterator[Entry]:
    """The events, oldest first; a line that was not written to its end is skipped.

    Args:
        root: the course's folder.
        problem_set: only of this one; ends of runs and failures belong to all.
        student: only of this one.
    """
    path = path_of(root)
    for file in (_before(path), path):
        try:
            lines = file.read_bytes().splitlines()
        except OSError:
            continue
        for line in lines:
            try:
                entry = _decode(line)
            except msgspec.MsgspecError:
                continue
            if problem_set in (None, entry.problem_set or problem_set) and student in (None, entry.student):
                yield entry
