"""The worker's pytest session: collects the hidden checks once, then grades submissions until the socket closes."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import socket
import time
import warnings
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
import torch
from msgspec.structs import replace

from autograder.course import handouts, layout
from autograder.diagnosis import misconceptions
from autograder.errors import AutograderError, in_a_line, traceback_of
from autograder.grading.grader import Grader
from autograder.jail.inside import frames, wire
from autograder.jail.jail import Jail, JailError
from autograder.language.staff import for_staff
from autograder.model.submission import Submission
from autograder.model.verdict import SubmissionResult

from .protocol import Failed, FromWorker, Ready, Work, encode

_PLUGINS_OFF = [
    "cacheprovider",
    "logging",
    "warnings",
    "faulthandler",
    "unraisableexception",
    "threadexception",
    "junitxml",
    "pastebin",
    "stepwise",
    "debugging",
    "randomly",
    "hypothesispytest",
    "timeout",
]


class WorkerPlugin:
    """Pytest plug-in that replaces pytest's loop over the collected checks."""

    def __init__(self, sock: socket.socket, work: Work, jail: Jail) -> None:
        self.sock = sock
        self.work = work
        self.jail = jail
        self.problems: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record the files that could not be collected."""
        if report.failed:
            lines = [line for line in report.longreprtext.splitlines() if line.strip()]
            self.problems.append(
                for_staff(
                    "{check}: does not load: {why}",
                    check=report.nodeid,
                    why=lines[-1].removeprefix("E").strip() if lines else "?",
                )
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Grade submissions until the socket closes."""
        if self.problems:
            self._send(Failed(self.problems[0]))
            return True
        with contextlib.suppress(wire.Closed):  # the run has ended, so there is nobody to report to
            try:
                self._serve(session)
            except AutograderError as error:
                self._send(Failed(str(error)))
        return True

    def _serve(self, session: pytest.Session) -> None:
        root = Path(self.work.root)
        graders: dict[str, Grader] = {}
        for problem_set, limits in self.work.limits.items():
            handouts.uncover(root, problem_set)
            items = [item for item in session.items if item.path.parent == root / "tests" / "hidden" / problem_set]
            known = misconceptions.load(root / "solutions" / problem_set / "misconceptions.py")
            graders[problem_set] = Grader(problem_set, items, known, limits)
        self.jail.start()
        gc.collect()
        gc.freeze()  # keeps the collector from scanning long-lived objects
        gc.enable()
        gc.set_threshold(50_000, 10, 10)
        self._send(Ready())
        while True:
            try:
                _, body = frames.receive(self.sock)
            except wire.Closed:
                return
            try:
                self._send(self._graded(graders, msgspec.msgpack.decode(body, type=Submission)))
            except (AutograderError, JailError, wire.Closed):  # the jail's or the pool's error, not the submission's
                raise
            except Exception as error:
                self._send(Failed(in_a_line(error), traceback_of(error)))

    def _graded(self, graders: Mapping[str, Grader], submission: Submission) -> SubmissionResult:
        began = time.monotonic()
        grader = graders[submission.problem_set]
        try:
            found = grader.grade(submission, self.jail)
        except JailError:  # the jail itself died: try once more in a new one
            self.jail.close()
            self.jail.start()
            found = grader.grade(submission, self.jail)
        return replace(found, seconds=time.monotonic() - began)

    def _send(self, message: FromWorker) -> None:
        # Sent in the body, since outputs may exceed the size limit of a header.
        frames.send(self.sock, b"", [encode(message)])


def _folder_of_checks(root: Path, problem_set: str) -> Path:
    """Return the folder to collect checks from: without one, that of the solutions, which contains none."""
    folder = root / layout.CHECKS / problem_set
    return folder if folder.is_dir() else root / layout.SOLUTIONS / problem_set


def run(sock: socket.socket, work: Work, jail: Jail) -> None:
    """Collect the checks of the problem sets in `work`, and grade submissions; `jail` must be launched."""
    if "pandas" in work.sandbox_limits.packages:
        importlib.import_module("pandas")  # tables can only be rebuilt if it is imported
    warnings.simplefilter("ignore")  # warnings of misconceptions, such as for a division by zero, do not concern staff
    torch.set_num_threads(1)
    torch.sparse.check_sparse_tensor_invariants.enable()  # type: ignore[no-untyped-call]  # a misconception must raise here, not crash
    folders = [str(_folder_of_checks(Path(work.root), name)) for name in work.limits]
    off = [part for name in _PLUGINS_OFF for part in ("-p", f"no:{name}")]
    options = [
        "-q",
        "-s",
        "--tb=short",
        "--no-header",
        "--import-mode=importlib",
        "--rootdir",
        work.root,
        "-c",
        os.devnull,
    ]
    arguments = [*folders, *options, *off, "-p", "autograder.grading.checks"]
    with contextlib.ExitStack() as stack:
        for name in work.limits:  # a problem set with handouts has its own workers
            stack.enter_context(handouts.beside(Path(work.root), name))
        pytest.main(arguments, plugins=[WorkerPlugin(sock, work, jail)])
