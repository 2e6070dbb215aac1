"""What else the machine does is not the student's: limits are of processor time; a check finds torch as it came."""

import time

import pytest
import torch

from autograder.jail.inside import wire
from autograder.jail.jail import Jail
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import CodeCell, Exercise, Submission
from autograder.session.remote import CallFailed, Student
from autograder.session.session import Session
from autograder.session.transport import JailTransport
from benchmarks.load import busy as busy_processes

CODE = """
import time, torch

def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
    return seconds

def wait(seconds): time.sleep(seconds); return seconds
def dtype(): return torch.ones(1).dtype, torch.is_autocast_enabled("cpu")
"""
SETS = (
    'torch.set_default_dtype(torch.float64); torch.set_default_device("meta"); torch.set_autocast_enabled("cpu", True)'
)
LIMITS = SessionLimits(cell_seconds=10, call_seconds=0.6, submission_seconds=120)


@pytest.fixture(scope="module")
def jail():
    jail = Jail(SandboxLimits(memory_bytes=512 << 20))
    jail.start()
    yield jail
    jail.close()


@pytest.fixture
def session(jail):
    exercise = Exercise("compute", {}, None)
    session = Session(
        JailTransport(jail), Submission("ps1", [CodeCell(1, CODE), CodeCell(2, SETS)], [exercise], []), LIMITS
    )
    session.run()
    session.turn_to(exercise)
    session.begin(1)
    yield session
    session.close()


@pytest.fixture
def busy():
    """Three times as many processes that compute as there are cores."""
    with busy_processes(6):
        time.sleep(1)
        yield


def test_a_call_has_its_processor_time_on_a_busy_machine(session, busy):
    began = time.monotonic()
    assert Student(session).compute(0.4) == 0.4
    assert session.strikes == 0 and time.monotonic() - began > 0.5  # longer than that by the clock


def test_a_call_that_computes_too_long_is_stopped(session):
    with pytest.raises(CallFailed, match=r"^your code was stopped after 0.6 s of computing$"):
        Student(session).compute(30)


def test_a_call_that_waits_is_stopped_by_the_clock(session):
    assert Student(session).wait(1) == 1
    began = time.monotonic()
    with pytest.raises(CallFailed, match=r"^your code was stopped after 3 s of waiting$"):
        Student(session).wait(60)
    assert time.monotonic() - began < 0.6 * wire.PATIENCE + 2


def test_a_check_finds_torch_as_it_came(session):
    assert Student(session).dtype() == (torch.float32, False)
