"""What all tests share, a plug-in of pytest: how processes are started, a tiny course, the order of the files.

Not a conftest.py: the checks in hidden/ are loaded by the engine, which loads every conftest.py above them.
"""

import functools
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbgrader.api
import pytest

from tests import fork_server

TINY = Path(__file__).parent / "tiny"
TABLES = Path(__file__).parent / "tables"
TAKES_MINUTES = (
    *("marks/", "vocabulary/", "autograder/release/proofs/", "autograder/release/test_", "autograder/workers/"),
    *("autograder/test_nbgrader_plugin.py", "autograder/test_barrier.py", "autograder/test_crash.py"),
)
COLD = (
    *("autograder/workers/", "autograder/test_crash.py", "autograder/test_start_up.py", "autograder/test_disk.py"),
    *("autograder/release/test_new_course.py", "autograder/student/test_handouts.py"),
    *("attacks/", "browser/", "hostile/"),
)
"""Tests in which each process of ours is started as on any machine; in all others by tests/fork_server.py."""
_running = {"warm": False}

os.environ["LANGUAGE"] = "en"  # staff's, whatever the shell says


def pytest_configure():
    """Keep each process of pytest-xdist, and what it starts, on one core.

    Grading then starts one worker and one jail, of some seconds each, and not one for each core, which are all in use.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker:
        ours = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {ours[int(worker) % len(ours)]})


def pytest_collection_modifyitems(items):
    """What takes minutes comes first, so that at the end no worker is busy with one file while the others wait."""
    here = f"{Path(__file__).parent}/"
    items.sort(key=lambda item: not str(item.path).removeprefix(here).startswith(TAKES_MINUTES))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Say whether what this test and its fixtures start is forked from the server."""
    _running["warm"] = not str(item.path).removeprefix(f"{Path(__file__).parent}/").startswith(COLD)


@pytest.fixture(scope="session", autouse=True)
def processes_are_forked(tmp_path_factory):
    """Fork what tests start from one process that has imported torch and nbgrader, which takes seconds each time."""
    address = str(tmp_path_factory.mktemp("server") / "socket")
    if len(address.encode()) > 100:  # longer than a socket's address may be
        yield
        return
    real, server, alone = subprocess.Popen, None, threading.Lock()

    def start():
        nonlocal server
        with alone:
            if not server:
                environment = os.environ | {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
                server = real([sys.executable, fork_server.__file__, address], stdin=subprocess.PIPE, env=environment)
                while not Path(address).exists() and server.poll() is None:
                    time.sleep(0.01)
        return address

    subprocess.Popen = fork_server.forked_when_possible(real, start, _running)
    yield
    subprocess.Popen = real
    if server:
        server.stdin.close()
        server.wait()


@pytest.fixture(scope="session", autouse=True)
def the_gradebooks_version_is_asked_for_once():
    """nbgrader asks another program, for 2 s, each time that it makes a gradebook; the answer is always the same."""
    real = nbgrader.api.get_alembic_version
    nbgrader.api.get_alembic_version = functools.cache(real)
    yield
    nbgrader.api.get_alembic_version = real


@pytest.fixture(scope="session", autouse=True)
def files_are_made_as_on_most_machines():
    """Modes that tests look at are those of umask 022, whatever the shell has."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def root():
    """The folder of the repository's own course."""
    return Path(__file__).parent.parent


@pytest.fixture
def tiny(tmp_path):
    """A copy of the tiny course."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny", ignore=shutil.ignore_patterns("__pycache__", "*.db")))


@pytest.fixture
def tables(tmp_path):
    """A copy of the course with files beside its notebook."""
    return Path(shutil.copytree(TABLES, tmp_path / "tables", ignore=shutil.ignore_patterns("__pycache__", "*.db")))
