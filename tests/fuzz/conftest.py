"""What the fuzz tests share: a bound on time and memory, and one failure in few lines."""

import contextlib
import functools
import os
import resource
import signal
import time

import pytest


class Hang(BaseException):
    """One input took too long. No `except Exception` swallows it."""


@contextlib.contextmanager
def memory_bounded(more):
    """Allocations beyond what the process maps now and `more` bytes fail."""
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (mapped + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@functools.cache
def slowness():
    """How much slower than the usual machine this one is, for which the bounds below are chosen; at least 1."""
    begin = time.process_time()
    for _ in range(3_000_000):
        pass
    return max(1.0, (time.process_time() - begin) / 0.06)


@contextlib.contextmanager
def time_bounded(seconds):
    """A Hang is raised after so many seconds of processor time, as the usual machine has them."""
    seconds *= 2 * slowness()  # the machine may be busier in the call than when its speed was measured

    def hang(*_):
        raise Hang(f"over {seconds:g} s of processor time")

    before = signal.signal(signal.SIGVTALRM, hang)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class Campaign:
    """Tries inputs one by one and keeps the first failure of each kind."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.failures = {}

    @contextlib.contextmanager
    def trying(self, label):
        """One input; `label` gives its description, small, where it fails."""
        try:
            with time_bounded(self.seconds):
                yield
        except (Exception, Hang) as error:
            step = error.__traceback__
            while step.tb_next is not None:
                step = step.tb_next
            place = f"{os.path.basename(step.tb_frame.f_code.co_filename)}:{step.tb_lineno}"
            kind = type(error).__name__, place
            if kind not in self.failures:
                self.failures[kind] = f"{kind[0]} at {place}: {str(error)[:200]}\n    for {label()[:400]}"

    def judge(self):
        """Fails the test with one example for each kind of failure."""
        if self.failures:
            pytest.fail("\n".join([f"{len(self.failures)} kinds of failure", *self.failures.values()]), pytrace=False)


@pytest.fixture
def campaign():
    return Campaign(seconds=5)


@pytest.fixture
def bounded_memory():
    """What the values of one frame may take, twice."""
    with memory_bounded(1 << 30):
        yield


@pytest.fixture
def within():
    """`with within(seconds):` bounds the processor time of what stands in it."""
    return time_bounded
