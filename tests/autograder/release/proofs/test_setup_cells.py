"""A set-up cell that fails in the jail fails the build, before anything is written."""

import subprocess
import sys

import pytest

from autograder.errors import AutograderError
from autograder.release import source
from autograder.release.proofs import setup_cells
from autograder.release.proofs.setup_cells import Trial


def tried(root, problem_set="ps1"):
    with Trial(root) as trial:
        trial.refuse_failing(problem_set, source.make(root, problem_set, "en", {"total": 3, "cheapest": 3}))
    return trial.unavailable


def test_what_is_beside_the_notebook_is_found(tables):
    assert tried(tables) == ""


def test_a_file_that_is_not_handed_out_fails_the_build_which_names_cell_and_cause(tables):
    (tables / "solutions/ps1/files/prices.csv").rename(tables / "solutions/ps1/prices.csv")
    before = (tables / "assignments/ps1/ps1.ipynb").read_bytes()
    command = [sys.executable, "-m", "autograder.cli", "-C", str(tables), "build"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "solutions/ps1/ps1.py: the set-up cell setup-01 ends with FileNotFoundError (line 3)" in done.stderr
    assert (
        "'prices.csv'; put files that the notebook reads into" in done.stderr and "solutions/ps1/files/" in done.stderr
    )
    assert (tables / "assignments/ps1/ps1.ipynb").read_bytes() == before and not (tables / "source").exists()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import no_such_package", r"imports no_such_package, which is not there when it is graded \(line 1\)"),
        ("import os; os._exit(3)", r"ended the whole program \(exit code 3\)"),
        ("1 / 0", r"ends with ZeroDivisionError \(line 1\): division by zero"),
        ("while True: pass", "was stopped after 1 s of computing"),
    ],
)
def test_other_failures_are_named_as_well(tables, code, says):
    path = tables / "solutions/ps1/ps1.py"
    path.write_text(path.read_text() + f"# %%\n{code}\n")
    settings = tables / "course.yml"
    settings.write_text(settings.read_text().replace("cell_seconds: 4", "cell_seconds: 1"))
    with pytest.raises(AutograderError, match=says) as told:
        tried(tables)
    assert "setup-02" in str(told.value)


def test_a_machine_without_a_jail_builds_all_the_same(tables, monkeypatch):
    monkeypatch.setattr(setup_cells.Jail, "start", lambda jail: (_ for _ in ()).throw(setup_cells.JailError("no jail")))
    assert tried(tables) == "no jail"
