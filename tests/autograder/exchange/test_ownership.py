"""Nobody but the grader can stand in for the course in the exchange."""

import os
import shutil

import pytest

from autograder.course import config, nbgrader
from autograder.errors import AutograderError
from autograder.exchange import health, ownership, watch
from autograder.exchange.nbgrader_exchange import Exchange

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
STUDENT = 4321
CONFIG = """\
from autograder.nbgrader_plugin import configure
configure(get_config(), __file__)
get_config().Exchange.root = {exchange!r}
"""


@pytest.fixture
def exchange(tmp_path):
    """One that is well, with the course's folders."""
    root = tmp_path / "exchange"
    root.mkdir()
    root.chmod(0o1777)
    for name in ("outbound", "inbound"):
        (root / "tiny" / name).mkdir(parents=True)
    return root


@pytest.fixture
def course(tiny, exchange):
    (tiny / "nbgrader_config.py").write_text(CONFIG.format(exchange=str(exchange)))
    return tiny


def test_a_sticky_exchange_with_our_own_folder_is_well(exchange):
    assert ownership.fault(exchange, "tiny") is None
    shutil.rmtree(exchange / "tiny")
    assert ownership.fault(exchange, "tiny") is None


@pytest.mark.parametrize("mode", [0o777, 0o757])
def test_without_the_sticky_bit_others_can_replace_it(exchange, mode):
    exchange.chmod(mode)
    assert f"chmod 1777 {exchange}" in str(ownership.fault(exchange, "tiny"))
    ownership.protect(exchange)
    assert ownership.fault(exchange, "tiny") is None


def test_a_folder_above_that_others_can_write_in_counts_too(exchange):
    exchange.parent.chmod(0o777)
    assert f"{exchange.parent}:" in str(ownership.fault(exchange, "tiny"))


def test_what_a_link_leads_through_is_looked_at_as_well(exchange, tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "open/link").symlink_to(exchange)
    assert f"{tmp_path / 'open'}:" in str(ownership.fault(tmp_path / "open/link", "tiny"))


@AS_ROOT
@pytest.mark.parametrize("place", [".", "tiny", "tiny/outbound", "tiny/inbound"])
def test_what_belongs_to_a_student_is_named(exchange, place):
    os.chown(exchange / place, STUDENT, STUDENT)
    assert f"user {STUDENT}" in str(ownership.fault(exchange, "tiny"))


def test_a_link_in_the_place_of_the_folder_is_named(exchange, tmp_path):
    (exchange / "tiny").rename(tmp_path / "away")
    (exchange / "tiny").symlink_to(tmp_path / "away")
    assert "link" in str(ownership.fault(exchange, "tiny"))


def test_watch_and_collect_refuse_what_others_can_replace(course, exchange):
    exchange.chmod(0o777)
    for way in (lambda: Exchange(course).collect("ps1"), lambda: _watch(course)):
        with pytest.raises(AutograderError, match="chmod 1777"):
            way()


@AS_ROOT
def test_release_watch_and_collect_refuse_the_folder_of_somebody_else(course, exchange):
    os.chown(exchange / "tiny", STUDENT, STUDENT)
    for way in (
        lambda: Exchange(course).release("ps1"),
        lambda: Exchange(course).collect("ps1"),
        lambda: _watch(course),
    ):
        with pytest.raises(AutograderError, match=f"belongs to user {STUDENT}"):
            way()


def _watch(course):
    (course / nbgrader.RELEASE / "ps1").mkdir(parents=True, exist_ok=True)
    (course / nbgrader.RELEASE / "ps1/ps1.ipynb").touch()
    watch.watch(course, once=True, say=print, complain=print)


def test_doctor_names_the_exchange_and_a_course_that_is_well(course, exchange, monkeypatch):
    monkeypatch.setattr(health, "_homes", lambda: health.HealthCheck("homes", True, ""))
    assert config.load(course).name == "tiny"
    assert [item.ok for item in health.deployment(course)] == [True] * 3
    exchange.chmod(0o777)
    [_, item, _] = health.deployment(course)
    assert not item.ok and item.fix == f"set the sticky bit: chmod 1777 {exchange}"


@AS_ROOT
def test_doctor_names_a_home_that_others_can_read_and_a_file_of_somebody_else(course, tmp_path, monkeypatch):
    home = tmp_path / "ada"
    home.mkdir(mode=0o755)
    os.chown(home, STUDENT, STUDENT)
    assert health._open(home)
    home.chmod(0o700)
    assert not health._open(home)
    os.chown(course / "course.yml", STUDENT, STUDENT)
    found = health._course(course)
    assert not found.ok and "course.yml" in found.detail and f"user {STUDENT}" in found.detail
