"""`autograder formgrader` says what stands in its way; the exchange finds what it needs after `autograder grade`."""

import socket

import pytest

from autograder import formgrader
from autograder.errors import AutograderError

SECRET = "0f" * 64


@pytest.fixture
def configured(tiny):
    (tiny / "nbgrader_config.py").write_text("\n".join(formgrader.LINES))
    return tiny


@pytest.mark.parametrize("text", [None, "c = get_config()"])
def test_a_course_that_is_not_set_up_is_told_the_two_lines(tiny, text):
    if text:
        (tiny / "nbgrader_config.py").write_text(text)
    with pytest.raises(AutograderError, match=r"nbgrader_config\.py: .*configure\(get_config\(\), __file__\)"):
        formgrader.command_line(tiny, 1, browser=False)


def test_a_taken_port_is_named(configured):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(AutograderError, match=f"port {port}: .*--port"):
            formgrader.command_line(configured, port, browser=False)
    assert "--no-browser" in formgrader.command_line(configured, port, browser=False)


def test_what_was_graded_without_us_is_named(tiny):
    for student in ("ours", "stock"):
        (tiny / "autograded" / student / "ps1").mkdir(parents=True)
    (tiny / "verdicts/ps1").mkdir(parents=True)
    (tiny / "verdicts/ps1/ours.json").write_text("{}")
    assert formgrader.graded_elsewhere(tiny) == [tiny / "autograded/stock/ps1"]


def test_the_exchanges_secret_stands_beside_notebook_and_feedback(classroom, tmp_path):
    root = classroom.root
    (tmp_path / "private").write_text("staffonly")
    for student in ("ada", "links"):
        folder = classroom.hand_in(student, classroom.notebook())
        (folder / "timestamp.txt").write_text("2026-09-30 12:00:00 UTC")
    (root / "submitted/ada/ps1/submission_secret.txt").write_text(SECRET)
    (root / "submitted/links/ps1/submission_secret.txt").symlink_to(tmp_path / "private")
    assert classroom.grade(jobs=1).problems == []
    for place in ("autograded", "feedback"):
        assert (root / place / "ada/ps1/submission_secret.txt").read_text() == SECRET
        assert (root / place / "ada/ps1/timestamp.txt").exists()
        assert not (root / place / "links/ps1/submission_secret.txt").exists()
