"""The same attacks fare no better where an ordinary user grades; as root this runs them once more as one."""

import os
import sys
from pathlib import Path

import pytest
from ordinary_user import ROOT, USER, as_user


@pytest.mark.skipif(os.geteuid() != 0, reason="not started by root: all other tests of this folder run as this user")
def test_no_attack_gains_anything_where_an_ordinary_user_grades():
    who = as_user("sh", "-c", "id -u; grep CapEff /proc/self/status; cat /etc/shadow")
    assert who.stdout.split() == [str(USER), "CapEff:", "0" * 16] and "denied" in who.stderr
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--deselect", f"{Path(__file__).relative_to(ROOT)}"]
    done = as_user(sys.executable, "-m", "pytest", *arguments, "--rootdir", str(ROOT), str(ROOT / "tests/attacks"))
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout and "failed" not in done.stdout.splitlines()[-1]
