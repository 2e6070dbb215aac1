"""Two runs in one folder do not cross: the second says so in one line, or waits."""

import subprocess
import sys
import time

import pytest

from autograder.errors import AutograderError
from autograder.results import folders
from autograder.results.run_lock import held

HOLD = """
import sys, time
from pathlib import Path
from autograder.results.run_lock import held
with held(Path(sys.argv[1]), "grade", "another run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(classroom):
    """Another process that holds the lock of grade."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, classroom.root], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_run_says_so_in_one_line_and_writes_nothing(classroom, other):
    classroom.hand_in("one", classroom.notebook())
    command = [sys.executable, "-m", "autograder.cli", "-C", str(classroom.root), "grade", "ps1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    [line] = done.stderr.strip().splitlines()
    assert done.returncode == 2 and "another run of autograder grade" in line and f"(process {other.pid})" in line
    assert not (classroom.root / "gradebook.db").exists()


def test_a_run_goes_on_as_soon_as_the_other_has_ended_however_it_ended(classroom, other):
    classroom.hand_in("one", classroom.notebook())
    other.kill()
    other.wait()
    assert classroom.grade(jobs=1).of["one"].points == 10


def test_who_waits_has_the_lock_after_the_other(tiny):
    with held(tiny, "grade", "x"):
        command = [sys.executable, "-c", HOLD.replace('"another run"', '"x", wait=True'), str(tiny)]
        waiting = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        time.sleep(3)
        assert waiting.poll() is None
    assert waiting.stdout.readline() == "held\n"
    with pytest.raises(AutograderError, match="held by x"), held(tiny, "grade", "x"):
        pass
    waiting.kill()
    waiting.wait()


def test_two_that_write_one_file_at_once_each_write_it_whole(tmp_path):
    code = (
        "import sys; from pathlib import Path; from autograder.results import folders\n"
        "for _ in range(300): folders.write(Path(sys.argv[1]), sys.argv[2].encode() * 100_000)"
    )
    path = tmp_path / "file"
    writers = [subprocess.Popen([sys.executable, "-c", code, path, letter]) for letter in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert path.read_bytes() in (b"a" * 100_000, b"b" * 100_000)
    assert list(tmp_path.iterdir()) == [path]
    assert folders  # the module is the one that the processes used
