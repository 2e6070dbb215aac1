"""`autograder check` in a terminal shows how far it is, and names a cell that runs for long."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

SLOW = "import time\ntime.sleep(7)\n\n\ndef scale(x):\n    return x * 2\n"


def test_a_cell_that_runs_for_long_is_named_with_its_exercise_and_its_seconds(home):
    home.save(home.finished(scale=SLOW))
    ours, theirs = pty.openpty()
    # The command itself, since what tests fork from a warm process has found out about its terminal before.
    command = [str(Path(sys.executable).with_name("autograder")), "check", "--timeout", "60", str(home.path)]
    terminal = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, encoding="utf-8", env=terminal) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 10_000):
                shown += piece
        except OSError:  # the terminal's other end is closed
            pass
        out = process.stdout.read()
    os.close(ours)
    text = shown.decode()
    assert "running your cells" in text
    assert re.search(r"cell \d+ \(scale\): [5-9] s", text), text
    assert "running your cells" not in out and "scale" in out


def test_nothing_of_it_is_written_into_a_file(home):
    home.save(home.finished())
    command = [sys.executable, "-m", "autograder.cli", "check", str(home.path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.stderr == ""
