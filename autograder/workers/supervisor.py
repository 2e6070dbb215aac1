"""One worker process at a time, which grades one submission after another and is replaced when it must be."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time

import msgspec

from autograder.errors import AutograderError
from autograder.grading.pytest_environment import environment
from autograder.jail.inside import frames, wire
from autograder.model.submission import Submission
from autograder.model.verdict import SubmissionResult

from .protocol import Failed, FromWorker, Ready, Work, receive

_TRIES = 2
_START_SECONDS = 300
_SPARE_SECONDS = 60
RENEWED_AFTER = 5000
"""Submissions after which a worker gives way to a new one, so that nothing can gather in it."""


class Supervisor:
    """Grades with a worker that is started when the first submission comes.

    Args:
        work: the first message for every worker.
        core: the one on which it runs, and its jail with it; by default where the kernel places them.
    """

    def __init__(self, work: Work, core: int | None = None) -> None:
        self.work = work
        self.core = core
        self.worker: Worker | None = None
        self._closed = False

    def grade(self, submission: Submission) -> SubmissionResult | Failed:
        """Grade a submission, by a second worker where the first one ends, hangs or fails.

        Raises:
            AutograderError: no worker can be had: the checks do not load, or the jail does not start.
        """
        result: FromWorker | None = None
        for _ in range(_TRIES):
            worker = self.worker or self._start()
            result = worker.grade(submission)
            if isinstance(result, SubmissionResult):
                if worker.graded >= RENEWED_AFTER:
                    self._end()
                return result
            self._end()
            if self._closed:
                break
        return result if isinstance(result, Failed) else Failed("its worker process ended or hung, twice")

    def hang_up(self) -> None:
        """Stop waiting for the worker; called from another thread."""
        self._closed = True
        if worker := self.worker:
            worker.hang_up()

    def close(self) -> None:
        """End the worker and its jail."""
        self._closed = True
        self._end()

    def _start(self) -> Worker:
        for _ in range(_TRIES):
            self.worker = worker = Worker(self.work, self.core)
            if self._closed:
                break
            message = worker.take(_START_SECONDS)
            if isinstance(message, Ready):
                return worker
            self._end()
            if isinstance(message, Failed):
                raise AutograderError(message.text)
        raise AutograderError("a worker process does not start")

    def _end(self) -> None:
        if worker := self.worker:
            self.worker = None
            worker.close()


class Worker:
    """One worker process, seen from its supervisor."""

    def __init__(self, work: Work, core: int | None = None) -> None:
        self.sock, theirs = socket.socketpair()
        self.graded = 0
        self._limits = work.limits
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder.workers.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment(PYTHONHASHSEED="0"),
            start_new_session=True,  # Ctrl-C goes to the run alone, which lets the worker finish its submission
        )
        theirs.close()
        if core is not None:
            with contextlib.suppress(OSError):  # it may have ended
                os.sched_setaffinity(self.process.pid, {core})
        frames.send(self.sock, msgspec.msgpack.encode(work))

    def grade(self, submission: Submission) -> FromWorker | None:
        """Send a submission and receive its result; None where the worker is gone or hangs."""
        try:
            frames.send(self.sock, b"", [msgspec.msgpack.encode(submission)])
        except wire.Closed:
            return None
        self.graded += 1
        return self.take(self._limits[submission.problem_set].submission_seconds * 2 + _SPARE_SECONDS)

    def take(self, seconds: float) -> FromWorker | None:
        """Receive a message within `seconds`; None where the worker is gone or hangs."""
        try:
            return receive(self.sock, time.monotonic() + seconds)
        except (wire.WireError, TimeoutError, msgspec.MsgspecError):
            return None

    def hang_up(self) -> None:
        """Shut the socket down: the worker ends, and whoever waits for it goes on."""
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
