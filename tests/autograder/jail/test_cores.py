"""The number of workers follows what a control group gives time for, where that is less than the cores."""

import os

import pytest

from autograder.jail import cores as module
from autograder.jail.cores import cores, pinned_to


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """A tree of control groups, and the line that says in which of them this process is."""
    monkeypatch.setattr(module, "_GROUPS", tmp_path / "fs")
    monkeypatch.setattr(module, "_OWN", tmp_path / "own")
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)))
    monkeypatch.setattr(os, "cpu_count", lambda: 8)

    def make(own, **files):
        (tmp_path / "own").write_text(own)
        for name, text in files.items():
            path = tmp_path / "fs" / name.replace("__", "/").replace("cpu_max", "cpu.max").replace("cfs_", "cpu.cfs_")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return make


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/", {}, 8),
        ("0::/", {"cpu_max": "200000 100000\n"}, 2),
        ("0::/", {"cpu_max": "max 100000\n"}, 8),
        ("0::/", {"cpu_max": "50000 100000\n"}, 1),
        ("0::/", {"cpu_max": "350000 100000\n"}, 3),
        ("0::/", {"cpu_max": "1600000 100000\n"}, 8),
        ("0::/a/b", {"a__cpu_max": "300000 100000\n", "a__b__cpu_max": "max 100000\n"}, 3),
        ("0::/a/b", {"a__cpu_max": "300000 100000\n", "a__b__cpu_max": "200000 100000\n"}, 2),
        ("4:cpu,cpuacct:/a\n0::/", {"cpu__a__cfs_quota_us": "400000", "cpu__a__cfs_period_us": "100000"}, 4),
        ("4:cpu,cpuacct:/a\n0::/", {"cpu__a__cfs_quota_us": "-1", "cpu__a__cfs_period_us": "100000"}, 8),
    ],
)
def test_no_more_cores_than_the_control_groups_give_time_for(groups, own, files, expected):
    groups(own, **files)
    assert cores() == expected


def test_workers_that_do_not_take_up_the_machine_are_placed_by_the_kernel(groups):
    groups("0::/", cpu_max="200000 100000")
    assert pinned_to(2) == [None, None] and pinned_to(8) == list(range(8))
