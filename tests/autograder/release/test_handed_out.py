"""Students get the files of solutions/<ps>/files/ beside the notebook, in each way in which they get it."""

import json
import zipfile

import pytest

from autograder.course import config, release
from autograder.errors import AutograderError
from autograder.grading.setup import setup_of
from autograder.release import student_zip
from autograder.release.build import build, out_of_step
from autograder.release.preview import preview

NAMES = {"deep/notes.txt", "prices.csv", "ps1.ipynb", "shop.py"}


def below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_they_are_in_the_release_and_in_step_with_it(tables):
    assert below(tables / "assignments/ps1") == NAMES and out_of_step(tables) == []
    (tables / "assignments/ps1/prices.csv").write_text("tea,0\n")
    assert out_of_step(tables) == ["ps1"]
    (tables / "assignments/ps1/prices.csv").unlink()
    assert out_of_step(tables) == ["ps1"]


def test_what_is_taken_out_of_the_folder_leaves_the_release(tables):
    (tables / "source/ps1").mkdir(parents=True)
    (tables / "source/ps1/of-staff.txt").write_text("nbgrader hands it out as well")
    build(tables)
    notes = tables / "solutions/ps1/files/deep/notes.txt"
    notes.unlink()
    notes.parent.rmdir()
    notes.parent.write_text("now a file")
    build(tables)
    assert below(tables / "assignments/ps1") == (NAMES - {"deep/notes.txt"}) | {"deep", "of-staff.txt"}
    handouts = json.loads(release.path_of(tables, "ps1").read_text())["metadata"]["autograder"]["handouts"]
    assert handouts.keys() == {"deep", "prices.csv", "shop.py"}


def test_grading_refuses_files_that_students_do_not_have(tables):
    course = config.load(tables)
    setup_of(tables, course, "ps1")
    (tables / "solutions/ps1/files/new.csv").write_text("")
    with pytest.raises(AutograderError, match=r"not as in the release: new\.csv; run: autograder build ps1"):
        setup_of(tables, course, "ps1")


def test_the_zip_holds_them_and_is_the_same_each_time(tables, tmp_path):
    assert set(student_zip.pack(tables, "ps1", tmp_path / "one.zip")) == {f"ps1/{name}" for name in NAMES}
    student_zip.pack(tables, "ps1", tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        data = (tables / "solutions/ps1/files/prices.csv").read_bytes()
        assert archive.read("ps1/prices.csv") == data and archive.testzip() is None
    (tables / "assignments/ps1/shop.py").unlink()
    with pytest.raises(AutograderError, match=r"shop\.py: no such file; run: autograder build ps1"):
        student_zip.pack(tables, "ps1", tmp_path / "three.zip")


def test_the_preview_names_them_with_their_sizes(tables):
    page = preview(tables, "ps1").read_text()
    assert "Beside the notebook" in page and "prices.csv (30 bytes)" in page
