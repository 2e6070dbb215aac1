"""Grades on a dask cluster, whose workers hold trusted workers and jails as the local pool does.

Submissions and results are sent as bytes and decoded by our own decoder, so nothing that student code can influence is
unpickled. Only the coordinator writes results.
"""

from __future__ import annotations

import itertools
import math
import queue
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

import dask
import msgspec
from distributed import Client, LocalCluster, Security, WorkerPlugin, as_completed, get_worker, wait
from distributed.scheduler import KilledWorker

from autograder.errors import AutograderError, in_a_line
from autograder.grading import cache_keys
from autograder.jail import cgroup
from autograder.jail.cores import cores, pinned_to
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.jail.scratch import Scratch
from autograder.language.staff import for_staff, speak_to_staff, staff_language
from autograder.model.limits import SessionLimits
from autograder.model.submission import Submission
from autograder.model.verdict import SubmissionResult

from . import course_bundle
from .pool import CircuitBreaker
from .protocol import Failed, Work, decode, encode
from .supervisor import Supervisor

_Key = TypeVar("_Key")
_CONNECT_SECONDS = 30
_LOST_SECONDS = 15
"""Seconds without a result and without a worker after which a local cluster starts another worker."""
_DEADLY = 3
"""Number of workers that may die while grading one submission before it fails (dask's default)."""
_AT_ONCE = 2
"""Submissions per thread that are submitted to dask as one group, since dask's overhead is per group."""
_SETTINGS = {
    "distributed.scheduler.allowed-failures": _DEADLY - 1,
    "distributed.worker.profile.enabled": False,  # would sample threads that only wait for jails, 100 times a second
}


class Graders(WorkerPlugin):  # type: ignore[misc]
    """The state of a cluster's worker during one run: the course's files, and a trusted worker for each thread.

    Args:
        course: the course's bundle.
        work: the first message to the trusted workers; each machine sets its `root`.
        engine: the coordinator's versions, as `_versions` has them.
    """

    def __init__(self, course: bytes, work: Work, engine: bytes) -> None:
        self.course, self.work, self.engine = course, work, engine
        self.language = staff_language()
        self.name = f"autograder-{cache_keys.digest(course, encode(work), engine).hex()}"
        self._folder: Scratch | None = None  # None on a worker that was refused
        self._supervisors: list[Supervisor] = []

    def setup(self, worker: Any) -> None:
        """Unpack the course.

        Raises:
            AutograderError: this machine's versions differ from the coordinator's, so results could differ.
        """
        speak_to_staff(self.language)
        if _versions(self.work.sandbox_limits) != self.engine:
            raise AutograderError(
                "the worker {address} has another version of autograder, Python or a package that verdicts"
                " depend on; install there what is installed here (constraints.txt)",
                address=worker.address,
            )
        cgroup.delegated()  # before any worker starts, which would have to be moved
        self._folder = Scratch()
        root = self._folder.path
        course_bundle.unpack(self.course, root)
        self._here = msgspec.structs.replace(self.work, root=str(root.resolve()))
        self._cores = itertools.cycle(pinned_to(worker.state.nthreads))
        self._idle: queue.SimpleQueue[Supervisor] = queue.SimpleQueue()

    def grade(self, submission: bytes) -> bytes:
        """Grade an encoded submission and return its encoded result or failure; runs in a thread of the worker."""
        try:
            supervisor = self._idle.get_nowait()
        except queue.Empty:
            supervisor = Supervisor(self._here, next(self._cores))
            self._supervisors.append(supervisor)
        try:
            return encode(supervisor.grade(msgspec.msgpack.decode(submission, type=Submission)))
        except AutograderError as error:
            return encode(Failed(str(error)))
        finally:
            self._idle.put(supervisor)

    def teardown(self, worker: Any) -> None:
        """End the trusted workers and their jails."""
        for supervisor in self._supervisors:
            supervisor.hang_up()
        for supervisor in self._supervisors:
            supervisor.close()
        if self._folder is not None:
            self._folder.cleanup()


def _versions(sandbox_limits: SandboxLimits) -> bytes:
    """Return a digest of this machine's engine and of the packages that the course names."""
    return cache_keys.engine() + cache_keys.versions(sandbox_limits.packages)


def _grade(plugin: str, submission: bytes) -> bytes:
    graders: Graders = get_worker().plugins[plugin]
    return graders.grade(submission)


class Cluster(Generic[_Key]):
    """A replacement for `pool.Pool` with the same results; a context manager.

    Args:
        root: the course's folder.
        limits: session limits by problem set; the checks of these problem sets are collected.
        sandbox_limits: the limits of every jail.
        jobs: the number of trusted workers of a local cluster; by default one per core.
        scheduler: the address of a running cluster; by default a local cluster is started.
    """

    def __init__(
        self,
        root: Path,
        limits: Mapping[str, SessionLimits],
        sandbox_limits: SandboxLimits,
        jobs: int | None = None,
        *,
        scheduler: str | None = None,
    ) -> None:
        self._graders = Graders(
            course_bundle.pack(root, limits), Work("", dict(limits), sandbox_limits), _versions(sandbox_limits)
        )
        self._jobs, self._scheduler = jobs or cores(), scheduler
        self._waiting: dict[str, tuple[_Key, Submission, Any]] = {}
        self._suspects: list[tuple[_Key, Submission]] = []
        """Submissions that were queued on workers that died; dask cannot tell which of them was the cause."""
        self._breaker = CircuitBreaker()
        self._size, self._asked = 1, -math.inf
        self._own: LocalCluster | None = None

    def __enter__(self) -> Cluster[_Key]:
        certificate = Security().get_connection_args("client").get("ssl_context")
        if (self._scheduler or "").startswith("tls://") and certificate is None:
            raise AutograderError(
                "the scheduler {scheduler} does not answer without a certificate: name one in dask's"
                " configuration, distributed.comm.tls",
                scheduler=self._scheduler,
            )
        with ExitStack() as stack:
            stack.enter_context(dask.config.set(_SETTINGS))
            try:
                if self._scheduler is None:
                    self._own = stack.enter_context(
                        LocalCluster(n_workers=1, threads_per_worker=self._jobs, dashboard_address=None)
                    )
                address = self._scheduler or self._own
                self._client = stack.enter_context(Client(address, timeout=_CONNECT_SECONDS, set_as_default=False))
                self._client.register_plugin(self._graders, name=self._graders.name)
            except (OSError, ValueError) as error:
                if self._scheduler is None:
                    raise AutograderError(
                        "the scheduler on this machine does not answer: {error}; start one with: dask scheduler",
                        error=error,
                    ) from None
                raise AutograderError(
                    "the scheduler {scheduler} does not answer: {error}; start one with: dask scheduler",
                    scheduler=self._scheduler,
                    error=error,
                ) from None
            stack.callback(self._client.unregister_worker_plugin, self._graders.name)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.cancel([future for *_, future in self._waiting.values()], force=True)
        self._stack.close()

    def grade(
        self, submissions: Iterable[tuple[_Key, Submission]]
    ) -> Iterator[tuple[_Key, SubmissionResult | AutograderError]]:
        """Grade all submissions; yield each key with its result or error, in order of completion.

        Raises:
            AutograderError: no worker can grade any submission.
        """
        arriving = as_completed(loop=self._client.loop, raise_errors=False)
        coming = iter(submissions)
        while some := list(itertools.islice(coming, _AT_ONCE * self._threads())):
            arriving.update(self._submit(some))
            while len(self._waiting) > _AT_ONCE * self._threads() or arriving.has_ready():
                yield from self._take(self._next(arriving), alone=False)
        while self._waiting:
            yield from self._take(self._next(arriving), alone=False)
        while self._suspects:  # one at a time, so that the submission that kills its workers is identified
            arriving.update(self._submit([self._suspects.pop()]))
            yield from self._take(self._next(arriving), alone=True)

    def _next(self, arriving: Any) -> Any:
        """Return the next completed future; start a new worker if a local cluster has lost its own."""
        while self._own is not None and not arriving.has_ready():
            try:
                with self._client.as_current():
                    wait([future for *_, future in self._waiting.values()], _LOST_SECONDS, "FIRST_COMPLETED")
                break
            except TimeoutError:
                self._replace_lost_worker(self._own)
        return next(arriving)

    def _result(self, future: Any) -> object:
        """Return a future's result; if the worker that holds it has ended, wait until it is computed again."""
        while self._own is not None:
            try:
                return future.result(timeout=_LOST_SECONDS)
            except TimeoutError:
                if future.status == "error":  # of the submission's own
                    raise
                self._replace_lost_worker(self._own)
        return future.result()

    def _replace_lost_worker(self, own: LocalCluster) -> None:
        """Start a worker if there is none: dask does not replace one that ends right after it has started."""
        if not self._client.nthreads():
            own.scale(0)
            own.scale(1)

    def _threads(self) -> int:
        """Return how many submissions the cluster grades at once; updated every second, since workers come and go."""
        if time.monotonic() >= self._asked + 1:
            self._size, self._asked = max(1, sum(self._client.nthreads().values())), time.monotonic()
        return self._size

    def _submit(self, some: Sequence[tuple[_Key, Submission]]) -> Any:
        data = [msgspec.msgpack.encode(submission) for _, submission in some]
        futures = self._client.map(_grade, [self._graders.name] * len(data), data, pure=False)
        for (key, submission), future in zip(some, futures, strict=True):
            self._waiting[future.key] = key, submission, future
        return futures

    def _take(self, future: Any, *, alone: bool) -> Iterator[tuple[_Key, SubmissionResult | AutograderError]]:
        key, submission, _ = self._waiting.pop(future.key)
        found: SubmissionResult | Failed
        try:
            data = self._result(future)
        except KilledWorker as error:
            if not alone:
                self._suspects.append((key, submission))
                return
            found = Failed(
                for_staff("{count} workers of the cluster died while grading it", count=error.allowed_failures + 1)
            )
        except Exception as error:
            found = Failed(for_staff("its worker failed: {error}", error=" ".join(str(error).split())[:300]))
        else:
            found = _read(data)
        yield key, self._breaker.count(found)
        self._breaker.check(submission, self._try)

    def _try(self, submission: Submission) -> SubmissionResult | Failed:
        """Grade one submission, and wait for its result."""
        try:
            data = msgspec.msgpack.encode(submission)
            return _read(self._client.submit(_grade, self._graders.name, data, pure=False).result())
        except Exception as error:
            return Failed(in_a_line(error))


def _read(data: object) -> SubmissionResult | Failed:
    """Decode a worker's reply."""
    found = decode(data) if isinstance(data, bytes) else Failed(for_staff("its worker sent a reply of an unknown type"))
    if isinstance(found, SubmissionResult | Failed):
        return found
    return Failed(for_staff("its worker sent a reply without a result"))
