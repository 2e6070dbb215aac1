"""Checks that the course's folder in the exchange is the user's own, and that nobody else can replace it."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
from pathlib import Path
from typing import NamedTuple

from autograder.language.staff import for_staff

_OVERFLOW_UID = 65534
"""The owner, as seen in a container, of files whose real owner has no uid there."""


def protect(root: Path) -> None:
    """Set the sticky bit of the exchange (mode 1777) if it is the user's own and others can write to it."""
    found = root.stat()
    if found.st_uid == os.geteuid() and found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        root.chmod(stat.S_IMODE(found.st_mode) | stat.S_ISVTX)


class Fault(NamedTuple):
    """What is wrong with a folder, and the fix, in staff's language."""

    what: str
    fix: str

    def __str__(self) -> str:
        return for_staff("{what}; {fix}", what=self.what, fix=self.fix)


def fault(root: Path, course: str, *, shared: bool = False) -> Fault | None:
    """Return what is wrong, with the fix; None if nothing is.

    Args:
        root: nbgrader's Exchange.root.
        course: the course's name, which is also the name of its folder.
        shared: whether a group owns the course, as nbgrader's CourseDirectory.groupshared says.
    """
    for place in dict.fromkeys([*_with_parents(root.absolute()), *_with_parents(root.resolve())]):
        if why := _replaceable(place, shared):
            return why
    folder = root / course
    for place in (folder, *(folder / name for name in ("outbound", "inbound", "feedback"))):
        if why := _owner_fault(place, shared):
            return why
    return None


def name_of(user: int) -> str:
    """Return the name of a user of this machine, or "user UID" in staff's language if there is none."""
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(user).pw_name
    return for_staff("user {number}", number=user)


def _with_parents(folder: Path) -> list[Path]:
    return [folder, *folder.parents]


def _replaceable(place: Path, shared: bool) -> Fault | None:
    """Return how others could move or replace the contents of a folder; None if they cannot."""
    found = place.stat()
    if found.st_uid not in (0, os.geteuid()) and not (found.st_uid == _OVERFLOW_UID and _has_unmapped_uids()):
        return Fault(
            for_staff(
                "{place}: belongs to {owner}, who can put another folder in the place of the course's",
                place=place,
                owner=name_of(found.st_uid),
            ),
            for_staff("give it to root: sudo chown root {place}", place=place),
        )
    if found.st_mode & stat.S_ISVTX:
        return None
    others = found.st_mode & stat.S_IWOTH
    group = found.st_mode & stat.S_IWGRP and not shared and not private(found)
    if others or group:
        return Fault(
            for_staff("{place}: others can move the course's folder away and put one of their own there", place=place),
            for_staff("set the sticky bit: chmod {mode} {place}", mode="1777" if others else "+t", place=place),
        )
    return None


def _owner_fault(place: Path, shared: bool) -> Fault | None:
    """Return what is wrong with one of the course's folders in the exchange; None if nothing is or there is none."""
    try:
        found = place.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(found.st_mode):
        return Fault(
            for_staff("{place}: is not a folder but a link or a file that somebody put there", place=place),
            for_staff("remove it and release again"),
        )
    me = os.geteuid()
    if found.st_uid != me and not (shared and found.st_gid in os.getgroups()):
        return Fault(
            for_staff(
                "{place}: belongs to {owner} and not to {user}, who runs this",
                place=place,
                owner=name_of(found.st_uid),
                user=name_of(me),
            ),
            for_staff("see who made it, and run this command as the user who owns the course"),
        )
    if place.name != "inbound" and found.st_mode & stat.S_IWOTH:
        return Fault(
            for_staff("{place}: others can write in it", place=place),
            for_staff("close it: chmod 755 {place}", place=place),
        )
    return None


def private(found: os.stat_result) -> bool:
    """Return whether a file's group is root's, or contains only its owner, as in Debian's default."""
    try:
        group = grp.getgrgid(found.st_gid)
    except KeyError:
        return False
    return found.st_gid == 0 or (group.gr_name == name_of(found.st_uid) and not group.gr_mem)


def _has_unmapped_uids() -> bool:
    """Return whether this is a container in which some uids of the machine are not mapped."""
    try:
        return Path("/proc/self/uid_map").read_text().split() != ["0", "0", "4294967295"]
    except OSError:
        return False
