"""The log of runs, verdicts/log.jsonl, with one event per line as JSON; `autograder logs` shows it.

Some texts come from students and must be cleaned before they are shown.
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
from autograder.language.staff import for_staff_noop
from autograder.model.verdict import Verdict

Event = Literal["graded", "repaired", "incident", "refused", "deferred", "failed", "ended"]
_EVENTS = (
    *(for_staff_noop("graded"), for_staff_noop("repaired"), for_staff_noop("incident"), for_staff_noop("refused")),
    *(for_staff_noop("deferred"), for_staff_noop("failed"), for_staff_noop("ended")),
)
MAX_BYTES = 4 << 20
"""Size in bytes from which the log is rotated when a run begins; one earlier log is kept."""
_MAX_TEXT = 500
_MAX_REMARKS = 20
"""Maximum number of logged incidents per submission; its verdict holds all of them."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event; `student` is empty if the event concerns the whole run."""

    time: datetime
    event: Event
    problem_set: str = ""
    student: str = ""
    text: str = ""
    traceback: str = ""
    """The traceback of an unexpected error."""


_encode, _decode = msgspec.json.encode, msgspec.json.Decoder(Entry).decode


def path_of(root: Path) -> Path:
    """Return the path of the log."""
    return root / "verdicts" / "log.jsonl"


def _before(path: Path) -> Path:
    return path.with_name("log.1.jsonl")


class Log:
    """The log of one run; a context manager. Errors on writing are ignored, since they must not stop grading."""

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
        """Log a graded submission, with its repairs and incidents."""
        whose = verdict.problem_set, verdict.student
        bonus = f", {verdict.bonus:g} of {verdict.max_bonus:g} bonus points" if verdict.max_bonus else ""
        self.note("graded", *whose, f"{verdict.points:g} of {verdict.max_points:g} points{bonus}")
        for text in verdict.repairs[:_MAX_REMARKS]:
            self.note("repaired", *whose, text)
        for text in verdict.incidents[:_MAX_REMARKS]:
            self.note("incident", *whose, text)

    def note(self, event: Event, problem_set: str = "", student: str = "", text: str = "", trace: str = "") -> None:
        """Log one event; `trace` is the traceback of an unexpected error."""
        if event in ("graded", "refused", "failed"):
            self._counts[event] += 1
        entry = Entry(datetime.now(UTC).replace(microsecond=0), event, problem_set, student, text[:_MAX_TEXT])
        entry = replace(entry, student=writable(student), text=writable(entry.text), traceback=trace)
        with contextlib.suppress(OSError), self._path.open("ab") as file:
            file.write(_encode(entry) + b"\n")


def read(root: Path, problem_set: str | None = None, student: str | None = None) -> Iterator[Entry]:
    """Yield the events, oldest first; an incomplete line is skipped.

    Args:
        root: the course's folder.
        problem_set: the only problem set to include; events of whole runs are always included.
        student: the only student to include.
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
