"""What stands in submitted/: whose it is, and when it was handed in."""

import os
from zoneinfo import ZoneInfo

import pytest

from autograder.grading.intake import handed_in_at, is_student
from autograder.notebook.reading import cell_of


@pytest.mark.parametrize(
    "name", ["ada", "-rf", "zo\u00eb", "学生", "می‌نا", "[red]", "{{ x }}", "Ada Lovelace", "..ada"[2:]]
)
def test_a_name_that_can_be_written_anywhere_is_a_students(name):
    assert is_student(name)


@pytest.mark.parametrize(
    "sign", ["\n", "\x85", "\x9b", "\u2028", "\u2029", "\u202e", "\u2066", "\x1b", "/", "<", "*", "?"]
)
def test_a_name_that_ends_a_line_turns_what_follows_or_stands_for_others_is_none(sign):
    assert not is_student(f"ada{sign}ben")


@pytest.mark.parametrize(
    "make",
    [
        os.mkfifo,
        lambda path: os.symlink("/dev/zero", path),
        os.mkdir,
        lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 1 << 36),
    ],
)
def test_what_is_no_short_file_is_no_time_and_takes_none(tmp_path, make):
    make(tmp_path / "timestamp.txt")
    assert handed_in_at(tmp_path, ZoneInfo("UTC")) is None


def test_the_name_of_a_picture_is_text_that_can_be_written():
    raw = {"cell_type": "markdown", "source": "", "attachments": {"\ud800": {"image/png": "AAAA"}}}
    [name] = cell_of(raw, 1, "x").attachments
    assert name.encode() == b"?"
