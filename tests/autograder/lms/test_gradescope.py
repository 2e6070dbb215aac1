"""The zip for Gradescope, unpacked as Gradescope does it, grades by the same jail and answers in its format."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest

from autograder.errors import AutograderError
from autograder.lms.gradescope import pack, results
from autograder.model.verdict import CheckVerdict, ExerciseVerdict, Verdict


@pytest.fixture(scope="module")
def harness(tmp_path_factory, shared_classroom):
    """A root like Gradescope's, and what runs a submission in it."""
    base = tmp_path_factory.mktemp("gradescope") / "autograder"
    made = base.parent / "autograder.zip"
    pack(shared_classroom.root, "ps1", made)
    with zipfile.ZipFile(made) as archive:
        for info in archive.infolist():
            path = archive.extract(info, base / "source")
            os.chmod(path, (info.external_attr >> 16) & 0o777 or 0o644)
    shutil.copy(base / "source/run_autograder", base / "run_autograder")

    def run(name, data, python=sys.executable):
        shutil.rmtree(base / "submission", ignore_errors=True)
        shutil.rmtree(base / "results", ignore_errors=True)
        (base / "submission").mkdir()
        (base / "results").mkdir()
        (base / "submission" / name).write_bytes(data)
        environment = {"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(base), "AUTOGRADER_PYTHON": python}
        environment["HOME"] = os.environ["HOME"]
        done = subprocess.run(
            [base / "run_autograder"], cwd=base, env=environment, capture_output=True, text=True, timeout=300
        )
        answer = base / "results/results.json"
        return done, json.loads(answer.read_text()) if answer.exists() else None

    run.base, run.room = base, shared_classroom
    return run


def data(notebook):
    return json.dumps(notebook).encode()


def test_the_zip_holds_what_is_needed_and_no_solution(harness):
    files = {path.relative_to(harness.base / "source").as_posix() for path in (harness.base / "source").rglob("*")}
    assert {"setup.sh", "run_autograder", "requirements.txt", "course/tests/hidden/ps1/test_scale.py"} <= files
    assert "course/solutions/ps1/misconceptions.py" in files and "course/solutions/ps1/ps1.py" not in files
    assert not any("__pycache__" in name or name.endswith(".db") for name in files)
    for name in ("setup.sh", "run_autograder"):
        path = harness.base / "source" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o755
        assert subprocess.run(["bash", "-n", path]).returncode == 0
    pinned = (harness.base / "source/requirements.txt").read_text().splitlines()
    names = [line.split("==")[0] for line in pinned]
    assert {"torch", "nbgrader", "ipython", "pytest", "typer"} <= set(names) and len(names) == len(set(names))
    assert not any(name.startswith(("nvidia", "ruff", "mypy")) for name in names) and "+" not in "".join(pinned)


def test_a_solved_notebook_earns_all_and_a_wrong_one_its_reasons(harness):
    room = harness.room
    done, answer = harness("my homework.ipynb", data(room.notebook()))
    assert done.returncode == 0, done.stderr
    assert answer["score"] == 10 == sum(test["score"] for test in answer["tests"])
    assert "my homework.ipynb" in answer["output"]
    done, answer = harness("ps1.ipynb", data(room.notebook("def scale(x, a):\n    return x / (1 / (a * a))")))
    assert done.returncode == 0, done.stderr
    assert answer["score"] == sum(test["score"] for test in answer["tests"]) < 10
    assert sum(test["max_score"] for test in answer["tests"]) == 10
    failed = [test for test in answer["tests"] if test["status"] == "failed"]
    assert any("should be 6" in test["output"] for test in failed)
    for test in answer["tests"]:
        assert test.keys() == {"name", "score", "max_score", "status", "output", "visibility"}
    for hidden in ("assert_", "Traceback", "test_scale", str(harness.base)):
        assert hidden not in json.dumps(answer)


def test_the_package_of_the_zip_grades_not_one_that_happens_to_be_installed(harness):
    marked = harness.base / "source/autograder/lms/gradescope.py"
    text = marked.read_text()
    try:
        marked.write_text(text.replace('"stdout_visibility": "hidden"', '"stdout_visibility": "marked"'))
        _, answer = harness("ps1.ipynb", b"{")
        assert answer["stdout_visibility"] == "marked"
    finally:
        marked.write_text(text)


@pytest.mark.parametrize(
    ("name", "content", "said"), [("ps1.ipynb", b"{", "not valid JSON"), ("a.txt", b"", "hand in ps1.ipynb")]
)
def test_what_is_no_notebook_gets_0_and_the_reason(harness, name, content, said):
    done, answer = harness(name, content)
    assert done.returncode == 0 and answer["score"] == 0 and said in answer["output"]
    assert str(harness.base) not in answer["output"]


def test_where_the_machine_is_at_fault_there_is_no_answer(harness):
    hidden = harness.base / "source/course/tests/hidden/ps1/test_scale.py"
    text = hidden.read_text()
    try:
        hidden.write_text("1 +")
        done, answer = harness("ps1.ipynb", data(harness.room.notebook()))
    finally:
        hidden.write_text(text)
    assert done.returncode != 0 and answer is None and "not graded:" in done.stderr


def test_a_forbidden_call_costs_all_checks_and_is_said_once():
    checks = [CheckVerdict("a", "one", True, 2, 2), CheckVerdict("b", "two", False, 0, 3, "differs")]
    exercise = ExerciseVerdict("mul", "forbidden", 0, 5, checks, "must not call torch.mul")
    answer = results(Verdict("ps1", 0, 5, [exercise], [], []))
    assert [test["score"] for test in answer["tests"]] == [0, 0] and answer["score"] == 0
    assert [test["output"] for test in answer["tests"]] == ["must not call torch.mul", "differs"]


def test_without_checks_or_release_there_is_no_zip(tiny, tmp_path):
    with pytest.raises(AutograderError, match="no problem set ps9"):
        pack(tiny, "ps9", tmp_path / "x.zip")
    shutil.rmtree(tiny / "tests/hidden/ps1")
    with pytest.raises(AutograderError, match="no checks"):
        pack(tiny, "ps1", tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


def test_giving_up_the_jail_is_asked_for_and_said(tiny, tmp_path):
    for confined in (True, False):
        pack(tiny, "ps1", tmp_path / "x.zip", confined=confined)
        with zipfile.ZipFile(tmp_path / "x.zip") as archive:
            assert (b"--no-jail" in archive.read("run_autograder")) is not confined
