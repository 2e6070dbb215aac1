"""The demo ends with every score as expected, and would notice one that is not."""

from dataclasses import replace

import pytest

from autograder.demo import run
from autograder.demo.student import ALL, load
from autograder.errors import AutograderError


def test_the_whole_demo_is_as_expected(root, tmp_path, capsys):
    assert run(root, tmp_path / "demo")
    printed = capsys.readouterr().out
    assert "33 as expected, 0 not" in printed
    assert (tmp_path / "demo/grades.csv").is_file()
    assert len(list((tmp_path / "demo/feedback").rglob("*.html"))) == 31


def test_a_score_that_is_not_as_expected_is_noticed(root, tmp_path, capsys):
    known = {student.name: student for student in load(root / "tests/demo/students.py")}
    students = [
        replace(known["ada"], problem_sets=("ps4",), loses={"dropout": ALL}),  # expected too low
        replace(known["cleo"], loses={}),  # expected too high
        replace(known["zoe"], refused="not valid JSON"),  # refused, but not for this
    ]
    assert not run(root, tmp_path / "demo", students=students)
    assert "0 as expected, 3 not" in capsys.readouterr().out


def test_a_folder_with_other_things_in_it_is_not_emptied(root, tmp_path):
    (tmp_path / "precious").touch()
    with pytest.raises(AutograderError, match="--into"):
        run(root, tmp_path)
    assert (tmp_path / "precious").exists()
