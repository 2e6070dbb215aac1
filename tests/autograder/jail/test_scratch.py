"""What a killed run leaves in the folder for temporary files, the next one removes, and nothing else."""

import os
import signal
import subprocess
import sys

from autograder.jail.scratch import Scratch

HOLD = """
import time
from autograder.jail.scratch import Scratch
kept = Scratch()
print(kept.path, flush=True)
time.sleep(600)
"""


def holder(folder):
    environment = os.environ | {"TMPDIR": str(folder)}
    started = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True, env=environment)
    return started, started.stdout.readline().strip()


def test_the_next_run_sweeps_what_no_living_process_holds(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("autograder-run-mine", "autograder-abcdefgh", "autograder-run-abcdefghi"):  # not made by us
        (tmp_path / name).mkdir()
    (tmp_path / "autograder-run-linked00").symlink_to(tmp_path / "autograder-run-mine")
    others = {path.name for path in tmp_path.iterdir()}
    (killed, left), (alive, held) = holder(tmp_path), holder(tmp_path)
    try:
        (tmp_path / left / "file").touch()
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        mine = Scratch()
        assert {str(path) for path in tmp_path.iterdir() if path.name not in others} == {held, str(mine.path)}
        mine.cleanup()
        mine.cleanup()
    finally:
        for process in (killed, alive):
            process.kill()
            process.wait()
            process.stdout.close()
    assert {path.name for path in tmp_path.iterdir()} == {*others, held.rpartition("/")[2]}
