"""Supervises one worker process that grades one submission after another, and replaces it when it fails."""

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
from autograder.language.staff import for_staff
from autograder.model.submission import Submission
from autograder.model.verdict import SubmissionResult

from .protocol import Failed, FromWorker, Ready, Work, receive

_TRIES = 2
_START_SECONDS = 300
_SPARE_SECONDS = 60
RENEWED_AFTER = 5000
"""Number of submissions after which a worker is replaced, to bound leaks."""


class Supervisor:
    """Grades with one worker, which is started with the first submission.

    Args:
        work: the first message to every worker.
        core: the core to pin the worker and its jail to; by default they are not pinned.
    """

    def __init__(self, work: Work, core: int | None = None) -> None:
        self.work = work
        self.core = core
        self.worker: Worker | None = None
        self._closed = False

    def grade(self, submission: Submission) -> SubmissionResult | Failed:
        """Grade a submission; try it once more with a new worker if the first one dies, hangs or fails.

        Raises:
            AutograderError: no worker starts, because the checks do not load or the jail does not start.
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
        return result if isinstance(result, Failed) else Failed(for_staff("its worker process ended or hung, twice"))

    def hang_up(self) -> None:
        """Stop waiting for the worker; can be called from another thread."""
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
                raise AutograderError("{why}", why=message.text)
        raise AutograderError("a worker process does not start")

    def _end(self) -> None:
        if worker := self.worker:
            self.worker = None
            worker.close()


class Worker:
    """One worker process, as its supervisor sees it."""

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
            start_new_session=True,  # Ctrl-C only reaches the run, which lets the worker finish its submission
        )
        theirs.close()
        if core is not None:
            with contextlib.suppress(OSError):  # the worker may have ended
                os.sched_setaffinity(self.process.pid, {core})
        frames.send(self.sock, msgspec.msgpack.encode(work))

    def grade(self, submission: Submission) -> FromWorker | None:
        """Send a submission and return its result; None if the worker died or hangs."""
        try:
            frames.send(self.sock, b"", [msgspec.msgpack.encode(submission)])
        except wire.Closed:
            return None
        self.graded += 1
        return self.take(self._limits[submission.problem_set].submission_seconds * 2 + _SPARE_SECONDS)

    def take(self, seconds: float) -> FromWorker | None:
        """Receive a message within `seconds`; None if the worker died or hangs."""
        try:
            return receive(self.sock, time.monotonic() + seconds)
        except (wire.WireError, TimeoutError, msgspec.MsgspecError):
            return None

    def hang_up(self) -> None:
        """Shut the socket down, which ends the worker and any wait for it."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the worker and its jail."""
        self.hang_up()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        self.process.kill()
        self.process.wait()
        self.sock.close()
