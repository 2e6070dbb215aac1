"""What ends a session in the last check, where nothing comes after, is told as what it was: a jail or time that went."""

import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.grading.bounds import Bounds
from autograder.grading.grader import Grader
from autograder.grading.session import Session
from autograder.grading.submission import Exercise, Submission
from autograder.jail.jail import JailError


class Gone:
    def reap(self, patience=0):
        raise JailError("it is gone")


def test_what_a_check_swallowed_is_said_at_the_end():
    session = Session(Gone(), Submission("ps1", [], [], []), Bounds())
    session._sock, other = socket.socketpair()
    other.close()
    with pytest.raises(JailError):
        session._lose(None)
    with pytest.raises(JailError):
        session.close()


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
        self._ends = 0
        self._sock, _ = socket.socketpair()


def test_time_that_ends_in_the_last_check_is_not_taken_for_a_wrong_answer():
    exercise = Exercise("scale", [], {}, None)
    jail = SimpleNamespace(reap=lambda patience: None)
    session = OutOfTimeInACheck(jail, Submission("ps1", [], [], [exercise]), Bounds())
    found, in_time = Grader("ps1", [LastCheck()], [], Bounds())._exercise(exercise, session, True)
    assert not in_time
    assert [(check.passed, check.reason) for check in found.verdict.checks] == [
        (False, "stopped: the time for the notebook was used up")
    ]
