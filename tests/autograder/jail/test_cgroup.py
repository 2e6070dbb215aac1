"""Control groups: found only where they are given, made with the bounds, gone with the jail.

The first tests use folders in the place of the kernel's; the last uses the kernel's where this machine delegates a group.
"""

import os
import subprocess
import time

import pytest

from autograder.jail import cgroup
from autograder.jail.inside import frames, wire
from autograder.jail.jail import Jail, token
from autograder.jail.sandbox_limits import SandboxLimits


@pytest.fixture
def host(tmp_path):
    """A process's entry in /proc and a group of its own; `own` and the files in it are made as the test wants them."""

    def make(controllers="cpu memory pids", path="/scope", mount="cgroup2"):
        own = tmp_path / "cgroup" / path.strip("/")
        own.mkdir(parents=True)
        (own / "cgroup.controllers").write_text(controllers)
        (own / "cgroup.procs").write_text("11\n12\n")
        process = tmp_path / "proc"
        process.mkdir()
        (process / "mountinfo").write_text(f"31 23 0:27 / {tmp_path}/cgroup rw,relatime shared:9 - {mount} none rw\n")
        (process / "cgroup").write_text(f"8:pids:/\n0::{path}\n")
        return process, own

    return make


@pytest.fixture
def ordinary(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def test_a_delegated_group_hands_memory_and_pids_down_after_its_processes_moved(host, ordinary):
    process, own = host()
    assert cgroup.delegated(str(process)) == own
    assert (own / "cgroup.subtree_control").read_text() == "+memory +pids"
    assert (own / "autograder" / "cgroup.procs").read_text() == "12"  # the last of those written, one by one


def test_a_worker_of_a_process_that_moved_finds_the_same_group(host, ordinary):
    process, own = host(path="/scope/autograder")
    assert cgroup.delegated(str(process)) == own.parent


@pytest.mark.parametrize("case", [{"controllers": "hugetlb"}, {"mount": "cgroup"}], ids=["no controllers", "version 1"])
def test_where_nothing_is_delegated_nothing_is_changed(host, ordinary, case):
    process, own = host(**case)
    assert cgroup.delegated(str(process)) is None
    assert {path.name for path in own.iterdir()} == {"cgroup.controllers", "cgroup.procs"}


def test_root_does_not_divide_a_group_that_was_not_given_to_it(host, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    process, own = host()
    assert cgroup.delegated(str(process)) is None
    assert not (own / "autograder").exists()
    monkeypatch.setattr(os, "listxattr", lambda path: ["user.delegate"])
    cgroup.delegated.cache_clear()
    assert cgroup.delegated(str(process)) == own


def test_a_group_bounds_memory_and_tasks_and_starts_the_command_inside(tmp_path):
    group = cgroup.make(tmp_path, 1 << 20)
    assert int((group / "memory.max").read_text()) > 1 << 20
    assert int((group / "pids.max").read_text()) == cgroup.MAX_TASKS
    subprocess.run(cgroup.within(group, ["/bin/sh", "-c", f'echo "$1" > {tmp_path}/said', "sh", "a b"]), check=True)
    assert (tmp_path / "said").read_text() == "a b\n"
    assert (group / "cgroup.procs").read_text() == "0\n"


@pytest.mark.skipif(
    cgroup.delegated() is None, reason="this machine delegates no group of cgroup v2 with memory and pids"
)
def test_a_jail_that_outgrows_its_group_is_ended_by_the_kernel(monkeypatch):
    monkeypatch.setattr(cgroup, "_WARM_BYTES", 800 << 20)
    jail = Jail(SandboxLimits(memory_bytes=8 << 30))
    jail.start()
    group = jail._group
    sock = jail.spawn()
    (group / "memory.max").write_text(str(800 << 20))
    try:
        frames.send(sock, wire.encode(wire.Run(token(), "import torch; torch.ones(1 << 30)", 1, 20, 1000)))
        with pytest.raises((wire.WireError, TimeoutError)):
            frames.receive(sock, time.monotonic() + 60)
    finally:
        sock.close()
        jail.close()
    assert not group.exists()
