"""Grades on the workers of a dask cluster, each of which holds trusted workers and jails as this machine's pool does.

Submissions travel as bytes and what is found comes back as bytes, read by our own decoder: nothing that student code
can shape is unpickled anywhere. The coordinator alone writes results.
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
from autograder.jail.jail import SandboxLimits
from autograder.jail.scratch import Scratch
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
"""So long nothing is done and no worker is there, before a cluster of our own starts another."""
_DEADLY = 3
"""So many workers of the cluster may end over one submission before it is given up (dask's own default)."""
_AT_ONCE = 2
"""So many submissions a thread are given to dask in one group, as often as that many are left: it takes its time for
each group more than for each submission."""
_SETTINGS = {
    "distributed.scheduler.allowed-failures": _DEADLY - 1,
    "distributed.worker.profile.enabled": False,  # looks a hundred times a second at threads that wait for jails
}


class Graders(WorkerPlugin):  # type: ignore[misc]
    """What a worker of the cluster holds for one run: the course's files, and a trusted worker for each of its threads.

    Args:
        course: the packed course.
        work: the first message for the trusted workers; each machine sets its `root`.
        engine: the coordinator's code and versions, as `cache_keys.engine` gives them.
    """

    def __init__(self, course: bytes, work: Work, engine: bytes) -> None:
        self.course, self.work, self.engine = course, work, engine
        self.name = f"autograder-{cache_keys.digest(course, encode(work), engine).hex()}"

    def setup(self, worker: Any) -> None:
        """Unpack the course.

        Raises:
            AutograderError: this machine would find something else.
        """
        if cache_keys.engine() != self.engine:
            raise AutograderError(
                f"the worker {worker.address} has another version of autograder, Python or a package that verdicts"
                " depend on; install there what is installed here (constraints.txt)"
            )
        cgroup.delegated()  # before there are workers that would have to be moved
        self._folder = Scratch()
        root = self._folder.path
        course_bundle.unpack(self.course, root)
        self._here = msgspec.structs.replace(self.work, root=str(root.resolve()))
        self._cores = itertools.cycle(pinned_to(worker.state.nthreads))
        self._idle: queue.SimpleQueue[Supervisor] = queue.SimpleQueue()
        self._supervisors: list[Supervisor] = []

    def grade(self, submission: bytes) -> bytes:
        """What is found of a submission, or why nothing is; in a thread of the worker's."""
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
        self._folder.cleanup()


def _grade(plugin: str, submission: bytes) -> bytes:
    graders: Graders = get_worker().plugins[plugin]
    return graders.grade(submission)


class Cluster(Generic[_Key]):
    """Takes the place of `pool.Pool`, with the same results; a context manager.

    Args:
        root: the course's folder.
        limits: the problem sets whose checks are collected, with their limits.
        sandbox_limits: those of every jail.
        jobs: how many trusted workers, where the cluster is one of this machine alone; by default one a core.
        scheduler: the address of a running cluster; by default one is started here.
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
            course_bundle.pack(root, limits), Work("", dict(limits), sandbox_limits), cache_keys.engine()
        )
        self._jobs, self._scheduler = jobs or cores(), scheduler
        self._waiting: dict[str, tuple[_Key, Submission, Any]] = {}
        self._suspects: list[tuple[_Key, Submission]] = []
        """What was waiting on workers that ended: dask cannot know which of them it was."""
        self._breaker = CircuitBreaker()
        self._size, self._asked = 1, -math.inf
        self._own: LocalCluster | None = None

    def __enter__(self) -> Cluster[_Key]:
        certificate = Security().get_connection_args("client").get("ssl_context")
        if (self._scheduler or "").startswith("tls://") and certificate is None:
            raise AutograderError(
                f"the scheduler {self._scheduler} does not answer without a certificate: name one in dask's"
                " configuration, distributed.comm.tls"
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
                raise AutograderError(
                    f"the scheduler {self._scheduler or 'on this machine'} does not answer: {error}; start one with:"
                    " dask scheduler"
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
        """Grade them all; results come in order of arrival.

        Raises:
            AutograderError: no worker can grade anything.
        """
        arriving = as_completed(loop=self._client.loop, raise_errors=False)
        coming = iter(submissions)
        while some := list(itertools.islice(coming, _AT_ONCE * self._threads())):
            arriving.update(self._submit(some))
            while len(self._waiting) > _AT_ONCE * self._threads() or arriving.has_ready():
                yield from self._take(self._next(arriving), alone=False)
        while self._waiting:
            yield from self._take(self._next(arriving), alone=False)
        while self._suspects:  # one at a time: the next to end three workers is the one that does it
            arriving.update(self._submit([self._suspects.pop()]))
            yield from self._take(self._next(arriving), alone=True)

    def _next(self, arriving: Any) -> Any:
        """The next future that is done; a cluster of our own that lost its worker for good gets another.

        Dask takes a worker that ends within a moment of coming up for one that runs, and starts none in its place.
        """
        while self._own is not None and not arriving.has_ready():
            try:
                with self._client.as_current():
                    wait([future for *_, future in self._waiting.values()], _LOST_SECONDS, "FIRST_COMPLETED")
                break
            except TimeoutError:
                if not self._client.nthreads():
                    self._own.scale(0)
                    self._own.scale(1)
        return next(arriving)

    def _threads(self) -> int:
        """How many submissions the cluster grades at once, asked again every second: workers come and go."""
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
            # Where the worker that holds it has ended meanwhile, this waits for dask, which does the work anew.
            data = future.result()
        except KilledWorker as error:
            if not alone:
                self._suspects.append((key, submission))
                return
            found = Failed(f"{error.allowed_failures + 1} workers of the cluster ended over it, one after another")
        except Exception as error:
            found = Failed(f"its worker failed: {' '.join(str(error).split())[:300]}")
        else:
            found = _read(data)
        yield key, self._breaker.count(found)
        self._breaker.check(submission, self._try)

    def _try(self, submission: Submission) -> SubmissionResult | Failed:
        """Grade one submission now."""
        try:
            data = msgspec.msgpack.encode(submission)
            return _read(self._client.submit(_grade, self._graders.name, data, pure=False).result())
        except Exception as error:
            return Failed(in_a_line(error))


def _read(data: object) -> SubmissionResult | Failed:
    """What a worker sent."""
    found = decode(data) if isinstance(data, bytes) else Failed("its worker answers otherwise than ours do")
    return found if isinstance(found, SubmissionResult | Failed) else Failed("its worker has nothing to say")
