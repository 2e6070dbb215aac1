"""`autograder release` and `preview`: what fails its audit never reaches students, and a preview changes nothing."""

import subprocess
import sys

import pytest

from autograder.errors import AutograderError
from autograder.exchange.nbgrader_exchange import Exchange
from autograder.release import new
from autograder.release.preview import preview

SETTINGS = """\
from autograder.nbgrader_plugin import configure

configure(get_config(), __file__)
get_config().Exchange.root = {folder!r}
"""


@pytest.fixture
def exchange(tiny, tmp_path):
    """The exchange's folder, empty, named in the tiny course's nbgrader_config.py."""
    folder = tmp_path / "exchange"
    folder.mkdir()
    folder.chmod(0o777)
    (tiny / "nbgrader_config.py").write_text(SETTINGS.format(folder=str(folder)))
    return folder


def autograder(root, *arguments):
    command = [sys.executable, "-m", "autograder.cli", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


def test_a_release_that_passes_its_audit_is_where_students_fetch_it_once(tiny, exchange):
    done = autograder(tiny, "release", "ps1", "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    released = exchange / "tiny/outbound/ps1/ps1.ipynb"
    assert released.read_bytes() == (tiny / "assignments/ps1/ps1.ipynb").read_bytes()
    again = autograder(tiny, "release", "ps1")
    assert again.returncode == 2 and "is released already; --force replaces it" in again.stderr
    released.write_text("older")
    Exchange(tiny).release("ps1", force=True)
    assert released.read_bytes() == (tiny / "assignments/ps1/ps1.ipynb").read_bytes()


def test_a_failing_audit_releases_nothing(tiny, exchange):
    new.exercise(tiny, "ps1", "softplus", "torch.nn.functional.softplus")
    done = autograder(tiny, "release", "ps1", "--jobs", "1")
    assert done.returncode == 1 and "not released" in done.stderr
    assert "solutions/ps1/ps1.py:" in done.stdout and not list(exchange.iterdir())


def test_an_exchange_that_is_not_there_is_told_before_anything_is_made(tiny, exchange):
    exchange.rmdir()
    before = (tiny / "assignments/ps1/ps1.ipynb").stat().st_mtime_ns
    done = autograder(tiny, "release", "ps1")
    [line] = done.stderr.splitlines()
    assert done.returncode == 2 and f"{exchange}: no such folder, nbgrader's exchange; make it" in line
    assert (tiny / "assignments/ps1/ps1.ipynb").stat().st_mtime_ns == before and not exchange.exists()


def test_a_preview_is_one_harmless_page_of_what_students_get(tiny):
    new.exercise(tiny, "ps1", "softplus", "torch.nn.functional.softplus")
    before = {path: path.read_bytes() for path in tiny.rglob("*.ipynb")}
    page = preview(tiny, "ps1", "zh").read_text()
    assert "两个练习" in page and "<math" in page and 'class="keyword"' in page
    assert "unfinished: write the solution; torch" in page
    assert "a must be finite" not in page and "Because." not in page
    assert "<script" not in page and 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in page
    assert {path: path.read_bytes() for path in tiny.rglob("*.ipynb")} == before
    with pytest.raises(AutograderError, match="no problem set ps9"):
        preview(tiny, "ps9")
