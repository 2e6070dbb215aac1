"""What `autograder doctor` says of a machine that others use too: the exchange, people's homes, and who owns what."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.course import config
from autograder.course.layout import COURSE_FILE
from autograder.errors import AutograderError
from autograder.jail.doctor import HealthCheck

from . import ownership
from .nbgrader_exchange import Exchange

_FIRST_PERSON = 1000
_SHOWN = 5


def deployment(root: Path) -> Iterator[HealthCheck]:
    """Look at the course in `root`, its exchange, and the homes of those who share the machine.

    Args:
        root: the course's folder; where it holds no course there is nothing to look at.
    """
    if not (root / COURSE_FILE).is_file():
        return
    yield _course(root)
    try:
        name = config.load(root).name
        exchange = Exchange(root)
    except AutograderError as error:
        missing = "no such folder" in str(error)
        yield HealthCheck("exchange", missing, "none here" if missing else str(error), "see above")
        return
    if exchange.folder is None:
        yield HealthCheck("exchange", True, "no folder")
        return
    why = exchange.fault()
    what, _, fix = why.rpartition("; ")
    yield HealthCheck("exchange", not why, what or f"{exchange.folder / name} cannot be replaced", fix)
    yield _homes()


def _course(root: Path) -> HealthCheck:
    """Whether the course and what is in it belongs to who runs this, and whether others can look into it."""
    me = os.geteuid()
    below = [root, *root.iterdir(), *(root / "submitted").glob("*"), *(root / "verdicts").glob("*")]
    foreign = sorted(str(path) for path in below if path.lstat().st_uid != me)
    if foreign:
        owner, user = ownership.name_of(Path(foreign[0]).lstat().st_uid), ownership.name_of(me)
        detail = f"{_some(foreign)} {'belongs' if len(foreign) == 1 else 'belong'} to {owner}, and you are {user}"
        fix = f"work as one user: sudo -u {owner} …, or: sudo chown -R {user} {root.resolve()}"
        return HealthCheck("the course's owner", False, detail, fix)
    open_to_all = all(path.stat().st_mode & stat.S_IXOTH for path in (root.resolve(), *root.resolve().parents))
    if open_to_all and _people():
        detail = f"{root.resolve()} can be read by other users of this machine, solutions and scores with it"
        return HealthCheck("the course's owner", False, detail, f"chmod 700 {root.resolve()}")
    return HealthCheck("the course's owner", True, ownership.name_of(me))


def _people() -> list[pwd.struct_passwd]:
    """Others who have an account here."""
    return [
        user
        for user in pwd.getpwall()
        if user.pw_uid >= _FIRST_PERSON
        and user.pw_uid != os.geteuid()
        and not user.pw_shell.endswith(("nologin", "false"))
    ]


def _homes() -> HealthCheck:
    """Whether students can look into each other's homes."""
    homes = {Path(user.pw_dir) for user in _people()} | set(Path("/home").glob("*/"))
    seen = sorted(str(home) for home in homes if _open(home))
    if not seen:
        return HealthCheck("homes", True, "each is closed to others")
    return HealthCheck("homes", False, f"others can look into {_some(seen)}", f"chmod 700 {' '.join(seen[:_SHOWN])}")


def _open(home: Path) -> bool:
    try:
        found = home.stat()
    except OSError:
        return False
    if found.st_uid < _FIRST_PERSON:  # no person's
        return False
    return bool(found.st_mode & stat.S_IRWXO) or bool(found.st_mode & stat.S_IRWXG and not ownership.private(found))


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
