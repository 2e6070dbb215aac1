"""The findings of an audit."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """A fault in the course's material."""

    problem_set: str
    exercise: str
    text: str


class Audit(msgspec.Struct):
    """The result of an audit: counts of the audited items, and the findings."""

    exercises: int = 0
    checks: int = 0
    misconceptions: int = 0
    ways: int = 0
    """Number of other solutions in ways.py, which call other exercises."""
    forbidden_calls: int = 0
    bodies: int = 0
    """Number of cheap answers: bodies without knowledge of the exercise, and solutions on overwritten arguments."""
    cheapest: dict[str, float] = {}
    """The most points that a body without knowledge earns, by problem set and exercise; must be 0."""
    seconds: dict[str, float] = {}
    """Time of the checks on the solutions in the slowest rehearsal, in seconds, by problem set."""
    findings: list[Finding] = []
    crashing: list[Finding] = []
    """Exercises that raise an exception given a misconception of another exercise, and so lose their points with it."""
