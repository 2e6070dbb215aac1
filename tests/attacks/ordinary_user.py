"""Runs a command as an ordinary user of this machine, which root can."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
USER = 1000


def _shut(place):
    """The topmost folder above a place that an ordinary user may not enter."""
    return next((path for path in reversed(place.parents) if not path.stat().st_mode & 0o001), None)


def as_user(*command, timeout=900):
    """The command run by an ordinary user without any capability, who may read Python and this repository."""
    places = sorted({Path(sys.base_prefix).resolve(), Path(sys.prefix), ROOT})
    # Folders that only others may not enter, wherever they are, and the one for temporary files, which is the user's own.
    hidden = sorted({"/tmp", *(str(shut) for place in places if (shut := _shut(place)))})
    hidden = [path for path in hidden if not any(Path(path).is_relative_to(top) for top in hidden if top != path)]
    view = ["bwrap", "--dev-bind", "/", "/", "--cap-add", "ALL"]
    view += [part for path in hidden for part in ("--perms", "1777" if path == "/tmp" else "0755", "--tmpfs", path)]
    parents = {
        parent for path in places for parent in path.parents if any(parent.is_relative_to(top) for top in hidden)
    }
    view += [
        part for path in sorted(parents - {*map(Path, hidden)}) for part in ("--perms", "0755", "--dir", str(path))
    ]
    view += [part for path in places for part in ("--ro-bind", str(path), str(path))]
    user = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups", "--inh-caps=-all", "--"]
    environment = {"HOME": "/tmp", "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([*view, *user, *command], capture_output=True, text=True, env=environment, timeout=timeout)
