"""A jail that goes is never taken for the student's mistake, even in the last check, where nothing comes after."""

import socket

import pytest

from autograder.grading.bounds import Bounds
from autograder.grading.session import Session
from autograder.grading.submission import Submission
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
