"""Whether the course's folder in the exchange is the user's own, and nobody else can put another in its place."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
from pathlib import Path

_OVERFLOW = 65534
"""Whom files belong to whose owner has no number in a container."""


def protect(root: Path) -> None:
    """Set the sticky bit of an exchange that is the user's own, as 1777, where others can write in it."""
    found = root.stat()
    if found.st_uid == os.geteuid() and found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        root.chmod(stat.S_IMODE(found.st_mode) | stat.S_ISVTX)


def fault(root: Path, course: str, *, shared: bool = False) -> str:
    """Return what is wrong, with the fix; an empty text where nothing is.

    Args:
        root: nbgrader's Exchange.root.
        course: the course's name, which is its folder's.
        shared: whether a group owns the course, as nbgrader's CourseDirectory.groupshared says.
    """
    for place in dict.fromkeys([*_way(root.absolute()), *_way(root.resolve())]):
        if why := _replaceable(place, shared):
            return why
    folder = root / course
    for place in (folder, *(folder / name for name in ("outbound", "inbound", "feedback"))):
        if why := _not_ours(place, shared):
            return why
    return ""


def name_of(user: int) -> str:
    """Return the name of a user of this machine, or the number of one who has none."""
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(user).pw_name
    return f"user {user}"


def _way(folder: Path) -> list[Path]:
    return [folder, *folder.parents]


def _replaceable(place: Path, shared: bool) -> str:
    """What lets others move away or replace what stands in a folder."""
    found = place.stat()
    if found.st_uid not in (0, os.geteuid()) and not (found.st_uid == _OVERFLOW and _some_have_no_number()):
        return (
            f"{place}: belongs to {name_of(found.st_uid)}, who can put another folder in the place of the course's;"
            f" give it to root: sudo chown root {place}"
        )
    if found.st_mode & stat.S_ISVTX:
        return ""
    others = found.st_mode & stat.S_IWOTH
    group = found.st_mode & stat.S_IWGRP and not shared and not private(found)
    if others or group:
        return (
            f"{place}: others can move the course's folder away and put one of their own there;"
            f" set the sticky bit: chmod {'1777' if others else '+t'} {place}"
        )
    return ""


def _not_ours(place: Path, shared: bool) -> str:
    """What is wrong with a folder of the course's in the exchange; one that is not there yet is well."""
    try:
        found = place.lstat()
    except OSError:
        return ""
    if not stat.S_ISDIR(found.st_mode):
        return f"{place}: is no folder but a link or a file, which somebody put there; remove it and release again"
    me = os.geteuid()
    if found.st_uid != me and not (shared and found.st_gid in os.getgroups()):
        return (
            f"{place}: belongs to {name_of(found.st_uid)} and not to {name_of(me)}, who runs this; see who made it,"
            " and give this command as the user who owns the course"
        )
    if place.name != "inbound" and found.st_mode & stat.S_IWOTH:
        return f"{place}: others can write in it; close it: chmod 755 {place}"
    return ""


def private(found: os.stat_result) -> bool:
    """Return whether a file's group is root's, or its owner's own, as Debian gives each user one."""
    try:
        group = grp.getgrgid(found.st_gid)
    except KeyError:
        return False
    return found.st_gid == 0 or (group.gr_name == name_of(found.st_uid) and not group.gr_mem)


def _some_have_no_number() -> bool:
    """Whether this is a container in which not all users of the machine have a number."""
    try:
        return Path("/proc/self/uid_map").read_text().split() != ["0", "0", "4294967295"]
    except OSError:
        return False
