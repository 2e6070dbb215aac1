"""Runs a notebook's cells in a child process, and continues if a cell ends or blocks that process."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from autograder.errors import AutograderError

from .child import Note, Ran, Task, Work
from .handouts import Handouts

GRACE = 2.0
"""The time between a cell's time limit, which its process enforces, and the end of that process, in seconds."""
START = 300.0
"""The time limit for loading Python, torch and IPython, in seconds: long, for slow disks with virus scanners."""
MAX_LOST = 5
"""The number of cells that end the process after which the rest of the notebook is not run, as in grading."""
_encode, _decode = msgspec.json.encode, msgspec.json.Decoder(Note).decode


@dataclass(frozen=True)
class _Lost:
    """A process that ended or hung, the number of its cell, and its exit code, None if it hung."""

    number: int
    code: int | None


def run(
    tasks: Sequence[Task],
    seconds: float,
    handouts: Handouts | None = None,
    begins: Callable[[int], None] = lambda number: None,
) -> dict[int, Ran]:
    """Return the result of each cell, by its number.

    Args:
        tasks: the cells.
        seconds: the time limit of one cell.
        handouts: the files that the cells can read; others are not there.
        begins: called with the number of each cell that begins to run.

    Raises:
        AutograderError: Python, torch or IPython cannot be loaded on this machine.
    """
    done: dict[int, Ran] = {}
    left_out: set[int] = set()
    with tempfile.TemporaryDirectory(prefix="check-", ignore_cleanup_errors=True) as folder:
        while True:
            if handouts:
                handouts.copy(Path(folder))
            work = Work([task for task in tasks if task.number not in left_out], seconds)
            lost = _once(work, Path(folder), done, begins)
            if lost is None:
                break
            left_out.add(lost.number)
            done[lost.number] = Ran(lost.number, "timeout" if lost.code is None else "lost", text=_how(lost.code))
            if len(left_out) == MAX_LOST:
                break
    return {task.number: done.get(task.number) or Ran(task.number, "not run") for task in tasks}


def _once(work: Work, folder: Path, done: dict[int, Ran], begins: Callable[[int], None]) -> _Lost | None:
    """Run the cells in a new process; add the results to `done`, where it has none, and return a lost process."""
    # In a folder of its own, as in grading, so that other files beside the notebook are not available.
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.student.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=os.environ | {"IPYTHONDIR": str(folder / ".ipython"), "MPLBACKEND": "agg", "PYTHONUTF8": "1"},
    )
    assert process.stdin and process.stdout
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    at, patience = 0, START
    try:
        try:
            process.stdin.write(_encode(work))
            process.stdin.close()
        except OSError:  # the process ended before it read its input
            pass
        for _ in range(2 * len(work.tasks) + 1):
            try:
                note = _decode(lines.get(timeout=patience))
            except queue.Empty:
                if not at:
                    raise AutograderError(
                        "Python and torch did not load within {seconds:g} s; try again", seconds=START
                    ) from None
                return _Lost(at, None)
            except msgspec.MsgspecError:
                if not at:
                    raise AutograderError(
                        "{python}: ends before it runs anything; reinstall torch", python=sys.executable
                    ) from None
                return _Lost(at, _code(process))
            if note.broken:
                raise AutograderError(
                    "{python}: cannot run notebooks: {why}; install again", python=sys.executable, why=note.broken
                )
            if note.begins is not None:
                at, patience = note.begins, work.seconds + GRACE if note.begins else START
                if at:
                    begins(at)
            if note.ran is not None:
                done.setdefault(note.ran.number, note.ran)
        return None
    finally:
        process.kill()
        process.wait()


def _read(stream: IO[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")


def _code(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(GRACE)
    except subprocess.TimeoutExpired:
        return None


def _how(code: int | None) -> str:
    """Return the exit code as text, or the signal's name; "" for a process that hung."""
    if code is None or code >= 0:
        return "" if code is None else str(code)
    try:
        return signal.Signals(-code).name
    except ValueError:
        return str(code)
