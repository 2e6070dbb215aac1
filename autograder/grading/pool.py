"""Grades many submissions at once: one worker process a job, each with its own warm jail.

A thread of the owner's goes with each worker and hands it the next submission as soon as it has answered. A worker that
ends, hangs or fails is replaced, and its submission tried once more.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Generic, TypeVar

import msgspec

from autograder.errors import AutograderError
from autograder.jail import cgroup
from autograder.jail.inside import frames, wire
from autograder.jail.jail import Walls

from .bounds import Bounds
from .environment import environment
from .submission import Submission
from .verdict import Found
from .worker import Failed, FromWorker, Ready, Work, receive

_Key = TypeVar("_Key")
_TRIES = 2
_MOST_IN_VAIN = 3
"""Submissions one after another that no worker could grade: then it is not they that are at fault."""
_START_SECONDS = 300
_SPARE_SECONDS = 60
RENEWED_AFTER = 1000
"""Submissions after which a worker gives way to a new one, so that nothing can gather in it."""


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


class Pool(Generic[_Key]):
    """Workers on this machine, started when the first submission comes; a context manager.

    Args:
        root: the course's folder.
        bounds: the problem sets whose checks are collected, with their bounds.
        walls: those of every jail.
        jobs: how many workers; by default one a core.
    """

    def __init__(self, root: Path, bounds: Mapping[str, Bounds], walls: Walls, jobs: int | None = None) -> None:
        self.work = Work(str(root.resolve()), dict(bounds), walls)
        self.jobs = jobs or cores()
        self.in_hand = 0
        """Submissions given whose results were not taken yet."""
        self._waiting: queue.SimpleQueue[tuple[_Key, Submission] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[_Key, Found | AutograderError] | BaseException] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._workers: set[_Worker] = set()
        self._closed = False

    def __enter__(self) -> Pool[_Key]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers and their jails; what is under way is given up."""
        self._closed = True
        for _ in self._threads:
            self._waiting.put(None)
        for worker in list(self._workers):
            worker.hang_up()
        for thread in self._threads:
            thread.join()
        self._threads = []

    @property
    def full(self) -> bool:
        """Whether a result should be taken before more is given: each worker has a submission, and the next."""
        return self.in_hand >= 2 * self.jobs

    @property
    def has_results(self) -> bool:
        """Whether `take` returns at once."""
        return not self._results.empty()

    def give(self, key: _Key, submission: Submission) -> None:
        """Have a submission graded; `take` gives its result with the same key."""
        if not self._threads:
            cgroup.delegated()  # before there are workers that would have to be moved
            self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(self.jobs)]
            for thread in self._threads:
                thread.start()
        self._waiting.put((key, submission))
        self.in_hand += 1

    def take(self) -> tuple[_Key, Found | AutograderError]:
        """The next result, in order of arrival: an error where grading was not possible.

        Raises:
            AutograderError: no worker can be had; the checks do not load, or the jail does not start.
        """
        result = self._results.get()
        if isinstance(result, BaseException):
            raise result
        self.in_hand -= 1
        return result

    def grade(self, submissions: Iterable[tuple[_Key, Submission]]) -> Iterator[tuple[_Key, Found | AutograderError]]:
        """Grade them all; results come in order of arrival."""
        for key, submission in submissions:
            self.give(key, submission)
            while self.full or self.has_results:
                yield self.take()
        while self.in_hand:
            yield self.take()

    def _run(self) -> None:
        worker: _Worker | None = None
        in_vain = 0
        try:
            while (job := self._waiting.get()) is not None and not self._closed:
                key, submission = job
                result: FromWorker | None = None
                for _ in range(_TRIES):
                    worker = worker or self._new()
                    result = worker.grade(submission)
                    if isinstance(result, Found):
                        break
                    self._end(worker)
                    worker = None
                    if self._closed:
                        return
                if isinstance(result, Found):
                    in_vain = 0
                    self._results.put((key, result))
                    if worker and worker.graded >= RENEWED_AFTER:
                        self._end(worker)
                        worker = None
                else:
                    why = result.text if isinstance(result, Failed) else "its worker process ended or hung, twice"
                    self._results.put((key, AutograderError(f"cannot be graded: {why}")))
                    in_vain += 1
                    if in_vain >= _MOST_IN_VAIN:
                        raise AutograderError(f"{in_vain} submissions in a row could not be graded; the last: {why}")
        except BaseException as error:
            self._results.put(error)
        finally:
            if worker:
                self._end(worker)

    def _new(self) -> _Worker:
        for _ in range(_TRIES):
            worker = _Worker(self.work)
            self._workers.add(worker)
            message = worker.take(_START_SECONDS)
            if isinstance(message, Ready):
                return worker
            self._end(worker)
            if isinstance(message, Failed):
                raise AutograderError(message.text)
        raise AutograderError("a worker process does not start")

    def _end(self, worker: _Worker) -> None:
        self._workers.discard(worker)
        worker.close()


class _Worker:
    """One worker process, seen from its owner."""

    def __init__(self, work: Work) -> None:
        self.sock, theirs = socket.socketpair()
        self.graded = 0
        self._bounds = work.bounds
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder.grading.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment(PYTHONHASHSEED="0"),
            start_new_session=True,  # Ctrl-C is for the owner alone, who lets it finish what it is at
        )
        theirs.close()
        frames.send(self.sock, msgspec.msgpack.encode(work))

    def grade(self, submission: Submission) -> FromWorker | None:
        """What the worker finds; None where it is gone or hangs."""
        try:
            frames.send(self.sock, b"", [msgspec.msgpack.encode(submission)])
        except wire.Closed:
            return None
        self.graded += 1
        return self.take(self._bounds[submission.problem_set].submission_seconds * 2 + _SPARE_SECONDS)

    def take(self, seconds: float) -> FromWorker | None:
        """What the worker sends within `seconds`; None where it is gone or hangs."""
        try:
            return receive(self.sock, time.monotonic() + seconds)
        except (wire.WireError, TimeoutError, msgspec.MsgspecError):
            return None

    def hang_up(self) -> None:
        """Let it, and whoever waits for it, see that no more is wanted."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End it and its jail."""
        self.hang_up()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        self.process.kill()
        self.process.wait()
        self.sock.close()
