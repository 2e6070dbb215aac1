"""nbgrader's collect, for an exchange whose students are not to be trusted.

Students write to the exchange as they like. nbgrader's own collect follows a link in a submission, and so copies what
the grader may read, such as a classmate's work; and it ends for the whole class at one name that it cannot read. Here
what is not fit stays in the exchange, is named, and the student's submission before it counts.

`nbgrader_plugin.configure` puts it in the place of nbgrader's own, for `nbgrader collect` and formgrader's button too.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect

from autograder.course import config, release, timestamps
from autograder.errors import AutograderError, writable
from autograder.grading.intake import is_student, is_untouched

from . import ownership

_MAX_FILES = 1000
_LOOKED_AT = 5
"""So many of a student's last submissions are opened to find one in which something is written."""
_NOBODY = ""


class Collect(ExchangeCollect):  # type: ignore[misc]
    """`refused` holds a line for each folder of the exchange that was left there, by its path."""

    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        """Find the submission of each student that counts, by nbgrader's own rules, among those that are fit."""
        self.refused: dict[str, str] = {}
        why = ownership.fault(Path(self.root), self.coursedir.course_id, shared=self.coursedir.groupshared)
        if why:
            self.fail(why)
        self._clock = config.load(Path(self.coursedir.root)).clock
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"] != _NOBODY]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        try:
            record: dict[str, Any] = super()._path_to_record(path)
            _refuse_unfit(Path(path), record["username"], self._max_bytes, self.check_owner)
            record["timestamp"] = _moment(Path(path), self._clock)
        except (AutograderError, ExchangeError, OSError, OverflowError, ValueError) as error:
            self._refuse(path, str(error))
            return {"username": _NOBODY, "filename": "", "timestamp": datetime.min}
        return record

    def _sort_by_timestamp(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A student's submissions, the newest first; after written work come those in which nothing is written."""
        newest_first: list[dict[str, Any]] = super()._sort_by_timestamp(records)
        student = newest_first[0]["username"]
        if len(newest_first) < 2 or student == _NOBODY:
            return newest_first
        if newest_first[0]["timestamp"] == self._collected(student):
            return newest_first
        for place, record in enumerate(newest_first[:_LOOKED_AT]):
            if not self._is_untouched(record):
                for untouched in newest_first[:place]:
                    why = f"nothing is written in it, other than in the one before it, {record['filename']!r}"
                    self._refuse(os.path.join(self.inbound_path, untouched["filename"]), why)  # noqa: PTH118
                return [*newest_first[place:], *newest_first[:place]]
        return newest_first

    def _collected(self, student: str) -> datetime | None:
        """When that was handed in which was collected before."""
        there = self.coursedir.format_path(self.coursedir.submitted_directory, student, self.coursedir.assignment_id)
        try:
            moment: datetime | None = self.coursedir.get_existing_timestamp(there)
        except (OSError, OverflowError, ValueError):
            return None
        return moment

    def _is_untouched(self, record: dict[str, Any]) -> bool:
        try:
            with tempfile.TemporaryDirectory() as folder:
                mine = Path(folder) / "mine"
                _copy_plain(Path(self.inbound_path, record["filename"]), mine, self._max_bytes)
                ours = release.load(Path(self.coursedir.root), self.coursedir.assignment_id)
                return is_untouched(mine, ours, self._max_bytes)
        except (AutograderError, OSError):  # a fault that is named when it is taken
            return False

    def copy_files(self) -> None:
        """Copy them one by one: one that cannot be copied does not keep the others."""
        for record in list(self.src_records):
            self.src_records = [record]
            try:
                super().copy_files()
            except (AutograderError, ExchangeError, OSError, RuntimeError) as error:
                self._refuse(os.path.join(self.inbound_path, record["filename"]), str(error))  # noqa: PTH118

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy the plain files to a place of our own first, where no student can swap one for a link meanwhile."""
        with tempfile.TemporaryDirectory() as folder:
            mine = Path(folder) / "mine"
            _copy_plain(Path(src), mine, self._max_bytes)
            # The folder's name was looked at; what a student wrote into the file was not.
            (mine / "timestamp.txt").write_text(_time(Path(src)), encoding="utf-8")
            super().do_copy(str(mine), dest, log)

    @property
    def _max_bytes(self) -> int:
        return 1000 * int(self.coursedir.max_dir_size)

    def _refuse(self, path: str, why: str) -> None:
        self.refused[path] = writable(f"{path!r}: {why}; left in the exchange")
        self.log.error(self.refused[path])


def _time(path: Path) -> str:
    """When it was handed in, of the name student+problem set+timestamp+random."""
    return path.name.rsplit("+", 3)[2]


def _moment(path: Path, clock: ZoneInfo) -> datetime:
    stamp = timestamps.read(_time(path), clock)
    if stamp is None:
        raise AutograderError(f"{_time(path)!r} is not a date and time, or of an unknown time zone")
    return stamp.moment


def _refuse_unfit(path: Path, student: str, max_bytes: int, check_owner: bool) -> None:
    """Raise an AutograderError where a folder of the exchange is not to be taken."""
    if not is_student(student) or set("[]") & set(student):
        raise AutograderError(f"{student!r} is not a student's name")
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise AutograderError("not a folder")
    if check_owner and found.st_uid != _user(student, found.st_uid):
        raise AutograderError(f"{student}'s by its name, but belongs to {_name(found.st_uid)}")
    size = 0
    for files, place in enumerate(path.rglob("*")):
        found = place.lstat()
        size += found.st_size
        if files >= _MAX_FILES or size > max_bytes:
            raise AutograderError(f"more than {_MAX_FILES} files, or than {max_bytes // 1_000_000} MB")
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise AutograderError(f"{str(place.relative_to(path))!r} is a link or no plain file")
        if not os.access(place, os.R_OK):
            raise AutograderError(f"{str(place.relative_to(path))!r} cannot be read")


def _user(student: str, unknown: int) -> int:
    """The number of the operating system's user of that name; where students have none here, `unknown`."""
    try:
        return pwd.getpwnam(student).pw_uid
    except (KeyError, ValueError):
        return unknown


def _name(user: int) -> str:
    """The operating system's user of that number, as a person knows it."""
    try:
        return f"the user {pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"user {user}, of whom this machine knows no name"


def _copy_plain(source: Path, target: Path, max_bytes: int) -> None:
    """Copy a folder's plain files, and follow no link.

    Raises:
        OSError: a file cannot be read, or became a link.
        AutograderError: it is not what was looked at before.
    """
    target.mkdir()
    left = max_bytes
    for folder, _, names, here in os.fwalk(source, follow_symlinks=False):
        into = target / Path(folder).relative_to(source)
        into.mkdir(exist_ok=True)
        for name in names:
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
            with os.fdopen(handle, "rb") as file, (into / name).open("wb") as copy:
                left -= os.fstat(handle).st_size
                if left < 0 or not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise AutograderError("changed while it was copied")
                shutil.copyfileobj(file, copy)
