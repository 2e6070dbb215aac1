"""Grades many submissions in parallel, in worker processes that each have a warm jail.

A thread of this process serves each worker, and sends the next submission as soon as the worker has replied.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from msgspec.structs import replace

from autograder.errors import AutograderError, RunError, Unexpected
from autograder.jail import cgroup
from autograder.jail.cores import cores, pinned_to
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import Submission
from autograder.model.verdict import SubmissionResult

from .protocol import Failed, Work
from .supervisor import Supervisor

_Key = TypeVar("_Key")


class CircuitBreaker:
    """Circuit breaker: stops a run after `LIMIT` consecutive failures if an empty submission fails as well.

    The machine is then at fault, not the submissions; submissions alone never stop a run.
    """

    LIMIT = 3

    def __init__(self) -> None:
        self._failures = 0
        self._text = ""

    def count(self, result: SubmissionResult | Failed) -> SubmissionResult | AutograderError:
        """Count a result and return it; a failure is returned as the submission's error."""
        if isinstance(result, SubmissionResult):
            self._failures = 0
            return result
        self._failures += 1
        self._text = result.text
        if result.trace:
            return Unexpected("cannot be graded: {why}; see: autograder logs", result.trace, why=result.text)
        return AutograderError("cannot be graded: {why}", why=result.text)

    def check(self, failed: Submission, grade: Callable[[Submission], SubmissionResult | Failed]) -> None:
        """Stop the run if the limit is reached and an empty submission fails as well.

        Args:
            failed: the submission that failed last.
            grade: grades a submission; called with `failed` without its cells.

        Raises:
            RunError: `LIMIT` submissions failed in a row, and the empty one failed as well.
        """
        if self._failures < self.LIMIT:
            return
        if isinstance(grade(replace(failed, cells=[], stale_hints=[], known={})), SubmissionResult):
            self._failures = 0
            return
        raise RunError(
            "{count} submissions in a row could not be graded; the last: {text}", count=self._failures, text=self._text
        )


class SubmissionGrader(Protocol[_Key]):
    """Grades many submissions: a local pool or a cluster."""

    def grade(
        self, submissions: Iterable[tuple[_Key, Submission]]
    ) -> Iterator[tuple[_Key, SubmissionResult | AutograderError]]:
        """Grade all submissions; yield each key with its result or error, in order of completion."""
        ...


class Pool(Generic[_Key]):
    """Workers on this machine, started with the first submission; a context manager.

    Args:
        root: the course's folder.
        limits: session limits by problem set; the checks of these problem sets are collected.
        sandbox_limits: the limits of every jail.
        jobs: the number of workers; by default one per core.
    """

    def __init__(
        self, root: Path, limits: Mapping[str, SessionLimits], sandbox_limits: SandboxLimits, jobs: int | None = None
    ) -> None:
        self.work = Work(str(root.resolve()), dict(limits), sandbox_limits)
        self.jobs = jobs or cores()
        self.pending = 0
        """Number of submissions given whose results have not been taken."""
        self._waiting: queue.SimpleQueue[tuple[_Key, Submission] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[_Key, SubmissionResult | AutograderError] | BaseException] = (
            queue.SimpleQueue()
        )
        self._threads: list[threading.Thread] = []
        self._supervisors: list[Supervisor] = []
        self._closed = False

    def __enter__(self) -> Pool[_Key]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers and their jails; submissions in progress are abandoned."""
        self._closed = True
        for _ in self._threads:
            self._waiting.put(None)
        for supervisor in self._supervisors:
            supervisor.hang_up()
        for thread in self._threads:
            thread.join()
        self._threads, self._supervisors = [], []

    @property
    def full(self) -> bool:
        """Return whether a result should be taken before another submission is given.

        Each worker then has one submission in progress and one in the queue.
        """
        return self.pending >= 2 * self.jobs

    @property
    def has_results(self) -> bool:
        """Return whether `take` would return without waiting."""
        return not self._results.empty()

    def give(self, key: _Key, submission: Submission) -> None:
        """Queue a submission; `take` returns its result with the same key."""
        if not self._threads:
            cgroup.delegated()  # before any worker starts, which would have to be moved
            places = pinned_to(self.jobs)
            self._threads = [threading.Thread(target=self._run, args=(place,), daemon=True) for place in places]
            for thread in self._threads:
                thread.start()
        self._waiting.put((key, submission))
        self.pending += 1

    def take(self) -> tuple[_Key, SubmissionResult | AutograderError]:
        """Return the key and result of the next completed submission; an error if it could not be graded.

        Raises:
            AutograderError: no worker starts, because the checks do not load or the jail does not start.
        """
        result = self._results.get()
        if isinstance(result, BaseException):
            raise result
        self.pending -= 1
        return result

    def grade(
        self, submissions: Iterable[tuple[_Key, Submission]]
    ) -> Iterator[tuple[_Key, SubmissionResult | AutograderError]]:
        """Grade all submissions; yield each key with its result or error, in order of completion."""
        for key, submission in submissions:
            self.give(key, submission)
            while self.full or self.has_results:
                yield self.take()
        while self.pending:
            yield self.take()

    def _run(self, core: int | None) -> None:
        supervisor = Supervisor(self.work, core)
        self._supervisors.append(supervisor)
        breaker = CircuitBreaker()
        try:
            while (job := self._waiting.get()) is not None and not self._closed:
                key, submission = job
                result = supervisor.grade(submission)
                if self._closed:
                    return
                self._results.put((key, breaker.count(result)))
                breaker.check(submission, supervisor.grade)
        except BaseException as error:
            self._results.put(error)
        finally:
            supervisor.close()
