"""Checks of `autograder doctor` on a shared machine: the exchange, home folders, and the owner of the course."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.course import config, nbgrader
from autograder.course.layout import COURSE_FILE
from autograder.errors import AutograderError
from autograder.jail.doctor import HealthCheck
from autograder.language.staff import for_staff, for_staff_noop, for_staff_plural, some_for_staff

from . import ownership
from .nbgrader_exchange import Exchange

_FIRST_PERSON = 1000
_SHOWN = 5
_OWNER = for_staff_noop("the course's owner")


def deployment(root: Path) -> Iterator[HealthCheck]:
    """Yield checks of the course in `root`, its exchange, and the home folders on this machine.

    Args:
        root: the course's folder; if it contains no course, nothing is checked.
    """
    if not (root / COURSE_FILE).is_file():
        return
    yield _course(root)
    label = for_staff_noop("exchange")
    try:
        name = config.load(root).name
        exchange = Exchange(root)
    except nbgrader.NoExchange:
        yield HealthCheck(label, True, for_staff("none here"), for_staff("see above"))
        return
    except AutograderError as error:
        yield HealthCheck(label, False, str(error), for_staff("see above"))
        return
    if exchange.folder is None:
        yield HealthCheck(label, True, for_staff("no folder"))
        return
    if why := exchange.fault():
        yield HealthCheck(label, False, why.what, why.fix)
    else:
        safe = for_staff("{folder} cannot be replaced", folder=exchange.folder / name)
        yield HealthCheck(label, True, safe, "")
    yield _homes()


def _course(root: Path) -> HealthCheck:
    """Check whether all files of the course belong to the current user, and whether others can read them."""
    me = os.geteuid()
    below = [root, *root.iterdir(), *(root / "submitted").glob("*"), *(root / "verdicts").glob("*")]
    foreign = sorted(str(path) for path in below if path.lstat().st_uid != me)
    if foreign:
        owner, user = ownership.name_of(Path(foreign[0]).lstat().st_uid), ownership.name_of(me)
        detail = for_staff_plural(
            "{files} belongs to {owner}, and you are {user}",
            "{files} belong to {owner}, and you are {user}",
            len(foreign),
            files=some_for_staff(foreign, _SHOWN),
            owner=owner,
            user=user,
        )
        fix = for_staff(
            "work as one user: sudo -u {owner} …, or: sudo chown -R {user} {folder}",
            owner=owner,
            user=user,
            folder=root.resolve(),
        )
        return HealthCheck(_OWNER, False, detail, fix)
    open_to_all = all(path.stat().st_mode & stat.S_IXOTH for path in (root.resolve(), *root.resolve().parents))
    if open_to_all and _people():
        detail = for_staff(
            "{folder} can be read by other users of this machine, with its solutions and scores", folder=root.resolve()
        )
        return HealthCheck(_OWNER, False, detail, f"chmod 700 {root.resolve()}")
    return HealthCheck(_OWNER, True, ownership.name_of(me))


def _people() -> list[pwd.struct_passwd]:
    """Return the accounts of other people on this machine."""
    return [
        user
        for user in pwd.getpwall()
        if user.pw_uid >= _FIRST_PERSON
        and user.pw_uid != os.geteuid()
        and not user.pw_shell.endswith(("nologin", "false"))
    ]


def _homes() -> HealthCheck:
    """Check whether students can look into each other's home folders."""
    homes = {Path(user.pw_dir) for user in _people()} | set(Path("/home").glob("*/"))
    seen = sorted(str(home) for home in homes if _open(home))
    if not seen:
        return HealthCheck(for_staff_noop("homes"), True, for_staff("each is closed to others"))
    detail = for_staff("others can look into {folders}", folders=some_for_staff(seen, _SHOWN))
    return HealthCheck("homes", False, detail, f"chmod 700 {' '.join(seen[:_SHOWN])}")


def _open(home: Path) -> bool:
    try:
        found = home.stat()
    except OSError:
        return False
    if found.st_uid < _FIRST_PERSON:  # not a person's
        return False
    return bool(found.st_mode & stat.S_IRWXO) or bool(found.st_mode & stat.S_IRWXG and not ownership.private(found))
