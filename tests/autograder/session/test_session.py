"""What ends a session is told as what it was: a jail or time that went, a call, or what an earlier check left behind."""

import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.grading.grader import Grader
from autograder.jail.jail import Jail, JailError, token
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import CodeCell, Exercise, Submission
from autograder.session.remote import CallFailed, Student
from autograder.session.session import Session
from autograder.session.transport import JailTransport

STEPS = ["before it is spawned", "before its cells", "before a call", "in a call", "before it is reaped"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("errors", ["", "out of memory"])
def test_a_jail_that_is_killed_is_told_as_that_at_every_step(step, errors):
    """In a check it may have been taken for the student's mistake before: the end of the session says it again."""
    jail = Jail(SandboxLimits(memory_bytes=512 << 20))
    jail.start()

    def kill():
        jail._errors.write(errors.encode())
        jail._errors.flush()
        jail._process.kill()
        jail._process.wait()
        time.sleep(0.5)  # until what runs in it has ended as well

    exercise = Exercise("waits", {}, None)
    submission = Submission("ps1", [CodeCell(1, CODE)], [exercise], [])
    session = Session(JailTransport(jail), submission, SessionLimits())
    asked = {
        "before it is spawned": lambda: (kill(), session.run()),
        "before its cells": lambda: (
            session._connection.start(),
            kill(),
            session._cells._run_cell(submission.cells[0], []),
        ),
        "before a call": lambda: (
            session.run(),
            session.turn_to(exercise),
            session.begin(1),
            kill(),
            Student(session).waits(0),
        ),
        "in a call": lambda: (
            session.run(),
            session.turn_to(exercise),
            session.begin(1),
            threading.Timer(0.5, kill).start(),
            Student(session).waits(60),
        ),
        "before it is reaped": lambda: (session.run(), kill(), session.close()),
    }
    try:
        with pytest.raises(JailError, match=errors or "stopped answering"):
            asked[step]()
        if "call" in step:
            with pytest.raises(JailError):
                session.close()
    finally:
        jail.close()


class LastCheck:
    """A collected check that calls the student's function once."""

    path, name, fixturenames = Path("hidden/ps1/test_scale.py"), "test_one", ("student",)
    _fixtureinfo = SimpleNamespace(argnames=("student",))
    config = SimpleNamespace(getoption=lambda name: None)

    def obj(self, student):
        return student.scale(1)

    def get_closest_marker(self, name):
        return SimpleNamespace(kwargs={"points": 1})


class OutOfTimeInACheck(Session):
    """The process lives, and the next thing asked of it comes too late."""

    def begin(self, seed):
        super().begin(seed)
        self._connection._ends = 0


def test_time_that_ends_in_the_last_check_is_not_taken_for_a_wrong_answer(jail):
    exercise = Exercise("scale", {}, None)
    session = OutOfTimeInACheck(JailTransport(jail), Submission("ps1", [], [], [exercise]), SessionLimits())
    found, in_time = Grader("ps1", [LastCheck()], [], SessionLimits())._checked(exercise, session, True)
    assert not in_time
    assert [(check.passed, check.reason) for check in found.checks] == [
        (False, "stopped: the time for the notebook was used up")
    ]


CODE = """
import os, threading

def waits(seconds):
    __import__("time").sleep(seconds)

def leaves(x):
    threading.Timer(0.2, os._exit, [3]).start()
    return 2 * x

def ends(x):
    os._exit(3)
"""


@pytest.fixture(scope="module")
def jail():
    jail = Jail(SandboxLimits(memory_bytes=512 << 20))
    jail.start()
    yield jail
    jail.close()


def begun(jail, name):
    exercise = Exercise(name, {}, None)
    # Unwatched: else no thread can be started while a check runs.
    submission = Submission("ps1", [CodeCell(1, CODE)], [exercise], [])
    session = Session(JailTransport(jail), submission, SessionLimits(), watched=False)
    session.run()
    session.turn_to(exercise)
    session.begin(1)
    return session


def test_what_an_earlier_check_left_behind_costs_the_next_one_nothing(jail):
    session = begun(jail, "leaves")
    assert Student(session).leaves(1) == 2
    time.sleep(0.5)  # the process has ended, and nobody has noticed
    session.begin(2)
    assert Student(session).leaves(3) == 6
    assert session.strikes == 0
    assert list(session.drain_incidents()[0]) == [
        "Between two checks your code ended the whole program (exit code 3); the notebook was run again."
    ]
    session.close()


def test_a_call_that_ends_the_program_is_told_as_that_and_not_tried_again(jail, monkeypatch):
    processes = []
    spawn = jail.spawn
    monkeypatch.setattr(jail, "spawn", lambda: processes.append(1) or spawn())
    session = begun(jail, "ends")
    for seed in (1, 2):
        session.begin(seed)
        with pytest.raises(CallFailed, match=r"^your code ended the whole program \(exit code 3\)$"):
            Student(session).ends(1)
    assert session.strikes == 2 and not session.drain_incidents()[0] and len(processes) == 2
    session.close()


def test_no_token_comes_twice():
    assert len({token() for _ in range(5000)}) == 5000


def test_a_set_up_cell_that_lacks_a_file_or_package_is_told_once(jail):
    cells = [
        CodeCell(1, "open('prices.csv')", True),
        CodeCell(2, "import no_such_package", True),
        CodeCell(3, "open('own.csv')"),
        CodeCell(4, "raise NotImplementedError", True),
    ]
    session = Session(JailTransport(jail), Submission("ps1", cells, [], []), SessionLimits())
    session.run()
    session.close()
    first, second = session.drain_incidents()[0]
    assert first.startswith("Cell 1, a set-up cell of the course, ends with FileNotFoundError (line 1)")
    assert second == (
        "Cell 2, a set-up cell of the course, imports no_such_package, which is not there when it is graded (line 1)."
    )
