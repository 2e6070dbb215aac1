"""What takes seconds to import is not imported for a command that does without it."""

import json
import shutil
import subprocess
import sys

import pytest

LOADED = """
import atexit, json, sys
atexit.register(lambda: print("LOADED" + json.dumps([name for name in ("torch", "nbgrader", "nbgrader.server_extensions", "jupyter_server") if name in sys.modules])))
from autograder.cli import main
main()
"""

READING = (["status"], ["show", "ada", "ps1"], ["logs", "ps1"], ["export"])
WITHOUT_A_COURSE = (
    *READING,
    ["report", "ps1"],
    ["build"],
    ["audit"],
    ["preview", "ps1"],
    ["release", "ps1"],
    ["new", "exercise", "ps1", "relu"],
    ["grade"],
    ["diff"],
    ["unexplained", "ps1"],
    ["similarity", "ps1"],
)


def loaded(folder, command):
    """The exit code, what it said, and which of the slow packages were imported."""
    run = [sys.executable, "-c", LOADED, *command]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, timeout=120)
    said, _, names = done.stdout.rpartition("LOADED")
    return done.returncode, said + done.stderr, json.loads(names)


@pytest.mark.parametrize("command", WITHOUT_A_COURSE, ids=" ".join)
def test_a_missing_course_is_told_before_anything_slow_is_imported(tmp_path, command):
    code, said, names = loaded(tmp_path, command)
    assert (code, names) == (2, [])
    assert "course.yml" in said


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_what_only_reads_needs_no_torch(root, tmp_path, command):
    shutil.copy(root / "course.yml", tmp_path)
    shutil.copytree(root / "assignments", tmp_path / "assignments")
    _, _, names = loaded(tmp_path, command)
    assert names in ([], ["nbgrader"])


def test_a_worker_starts_its_jail_before_it_imports_torch_itself():
    code = "import sys, autograder.workers.worker; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=120, check=False).returncode == 0


def test_all_of_nbgrader_is_there_when_it_is_asked_for():
    code = (
        "import sys, autograder.gradebook.recorder\n"
        "assert 'nbgrader.server_extensions' not in sys.modules\n"
        "import nbgrader\n"
        "from nbgrader import converters, utils\n"
        "assert nbgrader.__version__ and nbgrader._jupyter_server_extension_points()\n"
        "assert 'nbgrader.server_extensions' in sys.modules\n"
        "nbgrader.no_such_name\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "module 'nbgrader' has no attribute 'no_such_name'" in done.stderr


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_imports_nothing_slow(tmp_path, language):
    code, said, names = loaded(tmp_path, ["--language", language, "--help"])
    assert (code, names) == (0, []) and "formgrader" in said
