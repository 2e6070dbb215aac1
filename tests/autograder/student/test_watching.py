"""`autograder check --watch` checks again when the notebook is saved, and shows the exercise in hand."""

import queue
import signal
import subprocess
import sys
import threading
import time

import pytest

SECONDS = 180


class Watching:
    """The running command, and what it printed since it was last asked."""

    def __init__(self, path):
        command = [sys.executable, "-m", "autograder.cli", "check", "--watch", str(path)]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            # Tests that run in the background have it ignored, and what they start would too.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.lines = queue.SimpleQueue()
        threading.Thread(target=lambda: [self.lines.put(line) for line in self.process.stdout], daemon=True).start()

    def until(self, text):
        shown, ends = "", time.monotonic() + SECONDS
        while text not in shown and time.monotonic() < ends:
            try:
                shown += self.lines.get(timeout=1)
            except queue.Empty:
                assert self.process.poll() is None, shown
        assert text in shown, shown
        return shown

    def quiet(self, seconds):
        time.sleep(seconds)
        return self.lines.empty()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(SECONDS)


@pytest.fixture
def watch(home):
    started = []

    def start():
        started.append(Watching(home.path))
        return started[0]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def test_the_exercise_in_hand_is_shown_and_each_save_is_checked_until_ctrl_c(home, watch):
    home.save(home.classroom.notebook(scale="", counter=""))
    screen = watch()
    first = screen.until("Ctrl-C ends")
    assert "0/2" in first and "scale is not written yet" in first and "Counter" not in first
    home.save(home.classroom.notebook(counter=""))
    second = screen.until("Ctrl-C ends")
    assert "1/2" in second and "█" in second and "Counter" in second
    broken = home.path.read_text()[:200]
    home.save(broken)
    assert "not valid JSON" in screen.until("error: ")
    replaced = home.path.with_name("new")
    home.save(home.finished())
    home.path.rename(replaced)
    replaced.rename(home.path)  # as editors do that write a new file in the place of the old one
    assert "2/2" in screen.until("Ctrl-C ends")
    assert screen.end() == 0


def test_a_save_that_changes_no_code_is_not_checked_again_and_1_says_that_something_is_left(home, watch):
    made = home.classroom.notebook(counter="")
    home.save(made)
    screen = watch()
    screen.until("Ctrl-C ends")
    made["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "seen"}]
    home.save(made)
    assert screen.quiet(3)
    assert screen.end() == 1


def test_a_notebook_that_is_not_there_is_one_line_and_exit_code_2(home):
    done = home.autograder("check", "--watch", home.path)
    assert done.returncode == 2 and "no such file" in done.stderr and len(done.stderr.splitlines()) == 1
