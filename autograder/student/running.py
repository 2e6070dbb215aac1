"""Runs a notebook's cells in a child process, and goes on where a cell ends that process or will not end itself."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from autograder.errors import AutograderError

from .child import Note, Ran, Task, Work
from .handouts import Handouts

GRACE = 2.0
"""Seconds between the limit that a cell's process keeps itself, and the end of that process."""
START = 300.0
"""Seconds that Python, torch and IPython may take to load: much on a slow disk with a virus scanner."""
MAX_LOST = 5
"""After so many cells that end the process, the rest of the notebook is not run; as when it is graded."""
_encode, _decode = msgspec.json.encode, msgspec.json.Decoder(Note).decode


@dataclass(frozen=True)
class _Lost:
    """The process is gone, while it was at that cell; the code is its exit code, or None where it hung."""

    number: int
    code: int | None


def run(tasks: Sequence[Task], seconds: float, handouts: Handouts | None = None) -> dict[int, Ran]:
    """How each cell ended, by its number.

    Args:
        tasks: the cells.
        seconds: what one cell may take.
        handouts: the files that are there when the cells run; others are not.

    Raises:
        AutograderError: Python, torch or IPython do not load here.
    """
    done: dict[int, Ran] = {}
    left_out: set[int] = set()
    with tempfile.TemporaryDirectory(prefix="check-", ignore_cleanup_errors=True) as folder:
        while True:
            if handouts:
                handouts.copy(Path(folder))
            work = Work([task for task in tasks if task.number not in left_out], seconds)
            lost = _once(work, Path(folder), done)
            if lost is None:
                break
            left_out.add(lost.number)
            done[lost.number] = Ran(lost.number, "timeout" if lost.code is None else "lost", text=_how(lost.code))
            if len(left_out) == MAX_LOST:
                break
    return {task.number: done.get(task.number) or Ran(task.number, "not run") for task in tasks}


def _once(work: Work, folder: Path, done: dict[int, Ran]) -> _Lost | None:
    """Run the cells from the first on; what is found is put into `done`, unless it stands there."""
    # In a folder of its own, as when it is graded: what else lies beside the notebook is not there either.
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
        except OSError:  # it ended before it read
            pass
        for _ in range(2 * len(work.tasks) + 1):
            try:
                note = _decode(lines.get(timeout=patience))
            except queue.Empty:
                if not at:
                    raise AutograderError(f"Python and torch did not load within {START:g} s; try again") from None
                return _Lost(at, None)
            except msgspec.MsgspecError:
                if not at:
                    raise AutograderError(f"{sys.executable}: ends before it runs anything; reinstall torch") from None
                return _Lost(at, _code(process))
            if note.broken:
                raise AutograderError(f"{sys.executable}: cannot run notebooks: {note.broken}; install again")
            if note.begins is not None:
                at, patience = note.begins, work.seconds + GRACE if note.begins else START
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
    """The exit code as text, or the signal's name."""
    if code is None or code >= 0:
        return "" if code is None else str(code)
    try:
        return signal.Signals(-code).name
    except ValueError:
        return str(code)
