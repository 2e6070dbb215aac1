"""What a problem set consists of is listed once, and whoever needs it has all of it."""

import zipfile

import msgspec
import pytest

from autograder.demo.run import _copy
from autograder.grading.inputs import files_of
from autograder.lms import gradescope
from autograder.workers import course_bundle

KEPT = {
    "conftest.py",
    "tests/conftest.py",
    "tests/hidden/conftest.py",
    "tests/hidden/shared.py",
    "tests/hidden/data/weights.bin",
    "tests/hidden/ps1/helper.py",
    "tests/hidden/ps1/deep/er/data.csv",
}
LEFT_OUT = {
    "tests/hidden/ps2/test_other.py",
    "tests/hidden/ps2/data.csv",
    "tests/hidden/ps1/__pycache__/helper.pyc",
    "tests/hidden/ps1/.helper.py.swp",
    "tests/hidden/ps1/.ipynb_checkpoints/data.csv",
}


@pytest.fixture
def course(tiny):
    for name in KEPT | LEFT_OUT:
        (tiny / name).parent.mkdir(parents=True, exist_ok=True)
        (tiny / name).write_text("")
    return tiny


def test_the_files_of_a_problem_set(course):
    files = files_of(course, "ps1")
    assert [path.name for path in files.checks] == ["test_Counter.py", "test_scale.py"]
    assert {path.relative_to(course).as_posix() for path in files.check_support} == KEPT
    assert [path.name for path in files.released] == ["ps1.ipynb"]


def test_workers_on_other_machines_and_gradescope_get_all_that_checks_need(course, tmp_path):
    bundle = msgspec.msgpack.decode(course_bundle.pack(course, ["ps1"]), type=dict[str, bytes])
    assert bundle.keys() >= KEPT | {"solutions/ps1/ps1.py", "solutions/ps1/misconceptions.py"}
    gradescope.pack(course, "ps1", tmp_path / "autograder.zip")
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        names = {name.removeprefix("course/") for name in archive.namelist()}
    assert names >= KEPT and "solutions/ps1/ps1.py" not in names
    assert not LEFT_OUT & (names | bundle.keys())


def test_the_demo_copies_what_a_course_is_made_from_and_no_more(course, tmp_path):
    _copy(course, tmp_path / "copy", ["ps1"])
    copied = {path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*")}
    assert copied >= KEPT | {"course.yml", "solutions/ps1/ps1.py"} and not copied & LEFT_OUT
