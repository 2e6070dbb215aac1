"""The jail keeps what it promises, and the probes that say so notice where it does not."""

import pytest

from autograder.jail import bubblewrap, doctor, jail


def test_this_machine_keeps_every_promise(root):
    findings = [*doctor.host(), *doctor.jail(root)]
    assert [item for item in findings if not item.ok] == []
    assert len(findings) > 20


def test_every_promise_that_is_tried_is_on_the_security_page(root):
    page = (root / "docs" / "security.md").read_text()
    promises = {item.name for item in doctor.jail(root)} - {"jail"}
    assert len(promises) >= 12
    assert {name for name in promises if name.lower() not in page.lower()} == set()


@pytest.fixture
def no_walls(monkeypatch):
    """The same jail without bubblewrap's walls."""
    monkeypatch.setattr(doctor, "SandboxLimits", lambda **given: jail.SandboxLimits(**given, confined=False))


@pytest.fixture
def no_filter(monkeypatch):
    """The same jail without the filter of system calls."""
    monkeypatch.setattr(jail.seccomp, "program", lambda: b"")


def broken(root):
    return {item.name for item in doctor.jail(root) if not item.ok}


def test_without_walls_the_probes_see_it(root, no_walls):
    assert broken(root) >= {
        "the course cannot be seen",
        "other files of this machine cannot be seen",
        "no other program can be seen",
        "nothing is left for the next student",
    }


def test_without_the_filter_the_probes_see_it(root, no_filter):
    assert broken(root) >= {"the system call filter is installed", "no new programs or processes", "no network"}


def test_a_missing_bubblewrap_is_said_with_what_to_install(root, monkeypatch):
    monkeypatch.setattr(bubblewrap, "find", lambda: None)
    findings = {item.name: item for item in [*doctor.host(), *doctor.jail(root)]}
    assert not findings["bubblewrap"].ok and "install" in findings["bubblewrap"].fix
    assert not findings["jail"].ok


def test_a_course_that_the_jail_could_read_is_refused(tmp_path):
    inside = bubblewrap.site_folders()[0] / "some-course"
    [finding] = doctor.jail(inside)
    assert not finding.ok and "move the course" in finding.detail
