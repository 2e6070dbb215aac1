"""Grades many submissions at once: one worker process a job, each with its own warm jail."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from autograder.errors import AutograderError
from autograder.jail.inside import frames, wire
from autograder.jail.jail import Walls

from .bounds import Bounds
from .submission import Submission
from .verdict import Graded
from .worker import Failed, Ready, Work, receive

_Key = TypeVar("_Key", bound=Hashable)
_TRIES = 2
_SPARE_SECONDS = 60


class Pool:
    """Workers on this machine; a context manager.

    Args:
        root: the course's folder.
        bounds: the problem sets whose checks are collected, with their bounds.
        walls: those of every jail.
        jobs: how many workers; by default one a core.
    """

    def __init__(self, root: Path, bounds: Mapping[str, Bounds], walls: Walls, jobs: int | None = None) -> None:
        self.work = Work(str(root.resolve()), dict(bounds), walls)
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self.points: dict[str, dict[str, float]] = {}
        """Points of every exercise, by problem set; known once the pool is entered."""
        self._workers: list[_Worker] = []

    def __enter__(self) -> Pool:
        self._workers = [_Worker(self.work) for _ in range(self.jobs)]
        try:
            for worker in self._workers:
                self.points = worker.wait().points
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers and their jails."""
        for worker in self._workers:
            worker.close()
        self._workers = []

    def grade(self, submissions: Iterable[tuple[_Key, Submission]]) -> Iterator[tuple[_Key, Graded | AutograderError]]:
        """Grade them all; results come in order of arrival, an error where grading one was not possible."""
        waiting = iter(submissions)
        again: list[tuple[_Key, Submission, int]] = []
        busy: dict[_Worker, tuple[_Key, Submission, int, float]] = {}
        idle = list(self._workers)
        with selectors.DefaultSelector() as selector:
            while True:
                while idle:
                    job = again.pop() if again else _next(waiting)
                    if job is None:
                        break
                    worker = idle.pop()
                    key, submission, tries = job
                    seconds = self.work.bounds[submission.problem_set].submission_seconds * 2 + _SPARE_SECONDS
                    busy[worker] = key, submission, tries, time.monotonic() + seconds
                    selector.register(worker.sock, selectors.EVENT_READ, worker)
                    worker.give(submission)
                if not busy:
                    return
                patience = min(deadline for *_, deadline in busy.values()) - time.monotonic()
                ready = [key.data for key, _ in selector.select(max(patience, 0))]
                late = [worker for worker, job in busy.items() if job[3] <= time.monotonic() and worker not in ready]
                for worker in [*ready, *late]:
                    key, submission, tries, _ = busy.pop(worker)
                    selector.unregister(worker.sock)
                    result = worker.take() if worker in ready else None
                    if isinstance(result, Graded):
                        idle.append(worker)
                        yield key, result
                        continue
                    idle.append(self._replace(worker))
                    if tries + 1 < _TRIES:
                        again.append((key, submission, tries + 1))
                    else:
                        why = result.text if isinstance(result, Failed) else "its worker process ended, twice"
                        yield key, AutograderError(f"cannot be graded: {why}")

    def _replace(self, worker: _Worker) -> _Worker:
        worker.close()
        new = _Worker(self.work)
        self._workers[self._workers.index(worker)] = new
        new.wait()
        return new


class _Worker:
    def __init__(self, work: Work) -> None:
        self.sock, theirs = socket.socketpair()
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONHASHSEED": "0",
        }
        environment.pop("PYTEST_ADDOPTS", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder.grading.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment,
        )
        theirs.close()
        frames.send(self.sock, msgspec.msgpack.encode(work))

    def wait(self) -> Ready:
        message = self.take()
        if isinstance(message, Ready):
            return message
        raise AutograderError(message.text if isinstance(message, Failed) else "a worker process does not start")

    def give(self, submission: Submission) -> None:
        with contextlib.suppress(wire.Closed):  # seen when its answer is read
            frames.send(self.sock, b"Submission", [msgspec.msgpack.encode(submission)])

    def take(self) -> Ready | Failed | Graded | None:
        """What the worker sends; None where it is gone."""
        try:
            return receive(self.sock)  # type: ignore[no-any-return]
        except wire.Closed:
            return None

    def close(self) -> None:
        self.sock.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        self.process.kill()
        self.process.wait()


def _next(waiting: Iterator[tuple[_Key, Submission]]) -> tuple[_Key, Submission, int] | None:
    found = next(waiting, None)
    return None if found is None else (*found, 0)
