"""Runs the hidden checks on the course's own solutions under plain pytest, with other seeds and in another order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from autograder.errors import AutograderError
from autograder.grading.checks import exercise_of, reason
from autograder.grading.pytest_environment import environment


class Rehearsal(msgspec.Struct):
    """The result of a rehearsal: failures by `<problem set>/<exercise>`, and seconds by problem set."""

    checks: int = 0
    failures: list[tuple[str, str]] = []
    seconds: dict[str, float] = {}


def rehearse(root: Path, problem_sets: Sequence[str], salt: str, exercise: str | None = None) -> Rehearsal:
    """Run all checks of the problem sets (or of one exercise) in a separate process.

    Raises:
        AutograderError: pytest did not run.
    """
    places = [root / "tests" / "hidden" / name / (f"test_{exercise}.py" if exercise else "") for name in problem_sets]
    command = [sys.executable, "-m", __name__, str(root), salt, *(str(place) for place in places if place.exists())]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    lines = (done.stdout + done.stderr).strip().splitlines()
    try:
        return msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=Rehearsal)
    except (msgspec.MsgspecError, IndexError):
        raise AutograderError(f"tests/hidden: pytest does not run: {lines[-1] if lines else '?'}") from None


class _Watcher:
    def __init__(self) -> None:
        self.result = Rehearsal()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.result.checks = len(session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
        report = yield
        problem_set = item.path.parent.name
        if call.when == "call":
            self.result.seconds[problem_set] = self.result.seconds.get(problem_set, 0.0) + report.duration
        if report.failed and call.excinfo is not None:
            why = reason(call.excinfo.value)
            self.result.failures.append(
                (f"{problem_set}/{exercise_of(item.path)}", f"the solution fails {item.name}: {why}")
            )
        return report


def main(root: str, salt: str, places: list[str]) -> None:
    """Run the checks and print the result as JSON."""
    watcher = _Watcher()
    options = ["--import-mode=importlib", "--rootdir", root, "-c", os.devnull, "--salt", salt]
    options += ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "autograder.grading.checks"]
    if pytest.main([*places, *options], plugins=[watcher]) not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        sys.exit(1)
    print(msgspec.json.encode(watcher.result).decode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
