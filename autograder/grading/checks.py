"""The pytest plug-in of the checks: the `student` fixture, a seed for each check, and reasons for failures.

Under plain pytest the fixture is the course's own solution, so that `pytest tests/hidden` tests the checks with it.
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
from autograder.diagnosis.solutions import before_tests, solutions
from autograder.jail.inside import wire
from autograder.language import gettext
from autograder.session.remote import CallFailed, StudentError

STUDENT = pytest.StashKey[Any]()
"""Key in the config's stash under which the grader stores the student whose submission is being checked."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option --salt."""
    group = parser.getgroup("autograder")
    group.addoption("--salt", help="draw other seeds, and run the checks in another order, for each text given here")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker `check`."""
    config.addinivalue_line("markers", "check(points): a hidden check worth points (set by autograder.authoring.check)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle the checks if --salt is given."""
    if config.getoption("--salt"):
        random.Random(config.getoption("--salt")).shuffle(items)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, object, object]:
    """Let checks import and read the handouts while they are collected."""
    with _beside(collector.path):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let checks import and read the handouts while they run."""
    with _beside(item.path):
        return (yield)


def _beside(path: Path) -> AbstractContextManager[None]:
    """Return a context manager that provides the handouts for the checks in a file or folder."""
    for folder in path.parents:
        if path.is_relative_to(folder / layout.CHECKS):
            inside = path.relative_to(folder / layout.CHECKS).parts
            return handouts.beside(folder, inside[0]) if inside else nullcontext()
    return nullcontext()


def exercise_of(path: Path) -> str:
    """Return the exercise of a file of checks, test_<exercise>.py."""
    return path.stem.removeprefix("test_")


def seed_of(item: pytest.Item) -> int:
    """Return the seed of a check, which is the same on every machine and in any order."""
    return _seed(f"{item.path.parent.name}/{item.path.name}::{item.name}{item.config.getoption('--salt') or ''}")


@cache
def _seed(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "little")


def seed_for(item: pytest.Item) -> None:
    """Seed torch, numpy and random for a check, as in the jail."""
    seed = seed_of(item)
    torch.default_generator.manual_seed(seed)  # torch.manual_seed is slow without an accelerator
    np.random.seed(seed)
    random.seed(seed)


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Yield the student's namespace: `student.batch_norm(x)` calls the student's function."""
    seed_for(request.node)
    bound = request.config.stash.get(STUDENT, None)
    yield bound if bound is not None else solution(request.node.path)


def reason(error: BaseException) -> str:
    """Return the reason of a failed check, without a traceback or source line of the checks."""
    if isinstance(error, Difference | StudentError | CallFailed):
        return str(error)
    if isinstance(error, AssertionError):
        own = str(error).split("\nassert ")[0].strip()
        return own if own and not own.startswith("assert ") else gettext("this does not hold for your code")
    text = gettext("the check could not use what your code returned")
    return f"{text} ({error})" if isinstance(error, wire.WireError) else text  # what the check sends does not travel


class Names:
    """The global names of some code as attributes; to bind one is to bind it for the code."""

    def __init__(self, names: dict[str, Any]) -> None:
        object.__setattr__(self, "__dict__", names)

    def __getitem__(self, name: str) -> Any:
        """Return the value of a name."""
        return self.__dict__[name]

    def __contains__(self, name: object) -> bool:
        """Return whether the code binds a name."""
        return name in self.__dict__


def solution(checks: Path) -> SimpleNamespace | Names:
    """Return the names of the course's solution for a file of checks; for the tests of a cell, those at the cell.

    Raises:
        pytest.fail.Exception: there is no solution.
    """
    for folder in checks.parents:
        path = folder / "solutions" / checks.parent.name / f"{checks.parent.name}.py"
        if path.is_file():
            at_cell = before_tests(path, exercise_of(checks))
            return SimpleNamespace(**solutions(path)) if at_cell is None else Names(at_cell)
    pytest.fail(f"no solutions/{checks.parent.name}/{checks.parent.name}.py above {checks}", pytrace=False)
