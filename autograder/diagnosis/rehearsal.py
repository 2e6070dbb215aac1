"""The checks run on code that staff wrote, in this process: what a misconception gives, and what the solution gives."""

from __future__ import annotations

from typing import Any

from autograder.model.limits import SessionLimits
from autograder.model.submission import Submission
from autograder.session.session import Session
from autograder.session.transport import LocalTransport

_LIMITS = SessionLimits(call_seconds=60, submission_seconds=3600)


def rehearsal(problem_set: str, namespace: dict[str, Any], keeps_arguments: bool = False) -> Session:
    """A session with the names of code that staff wrote; they may call what they like."""
    submission = Submission(problem_set, [], [], [])
    return Session(LocalTransport(namespace), submission, _LIMITS, watched=False, keeps_arguments=keeps_arguments)
