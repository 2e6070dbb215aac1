"""The same attacks fare no better where an ordinary user grades; as root this runs them once more as one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USER = 1000


def as_user(*command):
    """The command run by an ordinary user without any capability, who may read Python and this repository."""
    places = sorted({Path(sys.base_prefix).resolve(), Path(sys.prefix), ROOT})
    hidden = [
        path
        for path in ("/root", "/home")
        if Path(path).is_dir() and any(place.is_relative_to(path) for place in places)
    ]
    view = ["bwrap", "--dev-bind", "/", "/", "--cap-add", "ALL", "--perms", "1777", "--tmpfs", "/tmp"]
    view += [part for path in hidden for part in ("--tmpfs", path)]
    parents = {
        parent for path in places for parent in path.parents if any(parent.is_relative_to(top) for top in hidden)
    }
    view += [
        part for path in sorted(parents - {*map(Path, hidden)}) for part in ("--perms", "0755", "--dir", str(path))
    ]
    view += [part for path in places for part in ("--ro-bind", str(path), str(path))]
    user = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups", "--inh-caps=-all", "--"]
    environment = {"HOME": "/tmp", "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([*view, *user, *command], capture_output=True, text=True, env=environment, timeout=900)


@pytest.mark.skipif(os.geteuid() != 0, reason="not started by root: all other tests of this folder run as this user")
def test_no_attack_gains_anything_where_an_ordinary_user_grades():
    who = as_user("sh", "-c", "id -u; grep CapEff /proc/self/status; cat /etc/shadow")
    assert who.stdout.split() == [str(USER), "CapEff:", "0" * 16] and "denied" in who.stderr
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--deselect", f"{Path(__file__).relative_to(ROOT)}"]
    done = as_user(sys.executable, "-m", "pytest", *arguments, "--rootdir", str(ROOT), str(ROOT / "tests/attacks"))
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout and "failed" not in done.stdout.splitlines()[-1]
