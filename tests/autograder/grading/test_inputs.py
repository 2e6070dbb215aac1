"""What a problem set consists of is listed once, and whoever needs it has all of it."""

import hashlib
import zipfile
from pathlib import Path

import msgspec
import pytest

from autograder.course import config
from autograder.demo.run import _copy
from autograder.errors import AutograderError
from autograder.grading.inputs import files_of
from autograder.grading.setup import setup_of
from autograder.lms import gradescope
from autograder.model.submission import Submission
from autograder.workers import course_bundle

TABLES_HELPER = (Path(__file__).parents[2] / "tables/solutions/ps1/files/shop.py").read_bytes()

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


HANDOUTS = {f"solutions/ps1/files/{name}" for name in ("prices.csv", "shop.py", "deep/notes.txt")}


def test_what_students_get_beside_the_notebook_goes_wherever_it_is_graded(tables, tmp_path):
    files = files_of(tables, "ps1")
    assert {path.relative_to(tables).as_posix() for path in files.handouts} == HANDOUTS
    assert not files.solution_support and [path.name for path in files.released] == ["ps1.ipynb"]
    bundle = msgspec.msgpack.decode(course_bundle.pack(tables, ["ps1"]), type=dict[str, bytes])
    gradescope.pack(tables, "ps1", tmp_path / "autograder.zip")
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        names = {name.removeprefix("course/") for name in archive.namelist()}
    assert bundle.keys() >= HANDOUTS and names >= HANDOUTS and "solutions/ps1/ps1.py" not in names
    _copy(tables, tmp_path / "copy", ["ps1"])
    assert all((tmp_path / "copy" / name).is_file() for name in HANDOUTS)


def keys(root):
    setup = setup_of(root, config.load(root), "ps1")
    submission = Submission("ps1", [], [], [])
    return setup.keys.inputs(), setup.keys.cells(submission)


def test_a_changed_file_beside_the_notebook_is_another_input(tables):
    before = keys(tables)
    data = tables / "tests/hidden/ps1/data/more.csv"
    data.write_text(data.read_text() + "fig,1.00\n")
    private = keys(tables)
    assert private[0] != before[0] and private[1] == before[1]
    helper = tables / "solutions/ps1/files/shop.py"
    helper.write_text(helper.read_text() + "\n# changed\n")
    with pytest.raises(AutograderError, match=r"not as in the release: shop\.py; run: autograder build ps1"):
        keys(tables)
    release = tables / "assignments/ps1/ps1.ipynb"
    old, new = (hashlib.sha256(text).hexdigest() for text in (TABLES_HELPER, helper.read_bytes()))
    release.write_text(release.read_text().replace(old, new))
    now = keys(tables)
    assert now[0] != private[0] and now[1] != private[1]


def test_a_link_is_not_followed_into_a_bundle(tables):
    (tables / "solutions/ps1/files/secret.csv").symlink_to("/etc/hostname")
    with pytest.raises(AutograderError, match="symbolic link"):
        course_bundle.pack(tables, ["ps1"])
