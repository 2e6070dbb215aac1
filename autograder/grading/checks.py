"""The pytest plug-in: the `student` fixture, seeds by check, and a reason in the student's words for what fails.

Under plain pytest the fixture is the course's own solution, so that `pytest tests/hidden` proves the checks on it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from autograder.authoring import Difference
from autograder.course import handouts, layout
from autograder.diagnosis.solutions import solutions
from autograder.session.remote import CallFailed, StudentError

STUDENT = pytest.StashKey[Any]()
"""Where the grader puts the student whose submission is being checked (in the config's stash)."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --salt."""
    group = parser.getgroup("autograder")
    group.addoption("--salt", help="draw other seeds, and run the checks in another order, for each text given here")


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "check(points): a hidden check worth points (set by autograder.authoring.check)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --salt, shuffle."""
    if config.getoption("--salt"):
        random.Random(config.getoption("--salt")).shuffle(items)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, object, object]:
    """Let checks import the helper modules that students get, and read their files, while they are loaded."""
    with _beside(collector.path):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The same while they run."""
    with _beside(item.path):
        return (yield)


def _beside(path: Path) -> AbstractContextManager[None]:
    """The handouts of the problem set whose checks are in a file or folder."""
    for folder in path.parents:
        if path.is_relative_to(folder / layout.CHECKS):
            inside = path.relative_to(folder / layout.CHECKS).parts
            return handouts.beside(folder, inside[0]) if inside else nullcontext()
    return nullcontext()


def exercise_of(path: Path) -> str:
    """The exercise that a file of checks is for: test_<exercise>.py."""
    return path.stem.removeprefix("test_")


def seed_of(item: pytest.Item) -> int:
    """A seed of the check's own, the same on every machine and in any order."""
    return _seed(f"{item.path.parent.name}/{item.path.name}::{item.name}{item.config.getoption('--salt') or ''}")


@cache
def _seed(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "little")


def seed_for(item: pytest.Item) -> None:
    """Seed torch, numpy and random for a check, as is done in the jail."""
    seed = seed_of(item)
    torch.default_generator.manual_seed(seed)  # torch.manual_seed is slow without an accelerator
    np.random.seed(seed)
    random.seed(seed)


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The student's namespace: `student.batch_norm(x)` calls the student's function."""
    seed_for(request.node)
    bound = request.config.stash.get(STUDENT, None)
    yield bound if bound is not None else solution(request.node.path)


def reason(error: BaseException) -> str:
    """A failed check's reason: no traceback of ours and no line of the check's."""
    if isinstance(error, Difference | StudentError | CallFailed):
        return str(error)
    if isinstance(error, AssertionError):
        own = str(error).split("\nassert ")[0].strip()
        return own if own and not own.startswith("assert ") else "this does not hold for your code"
    return "the check could not use what your code returned"


def solution(checks: Path) -> SimpleNamespace:
    """The course's own solutions of the problem set that the file `checks` is for."""
    for folder in checks.parents:
        path = folder / "solutions" / checks.parent.name / f"{checks.parent.name}.py"
        if path.is_file():
            return SimpleNamespace(**solutions(path))
    pytest.fail(f"no solutions/{checks.parent.name}/{checks.parent.name}.py above {checks}", pytrace=False)
