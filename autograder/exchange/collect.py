"""nbgrader's collect, for an exchange in which students are not trusted.

Students can write anything to the exchange. nbgrader's own collect follows links in a submission, and so copies files
that only the grader may read, such as another student's work; and one invalid folder name stops it for the whole class.
Here an invalid submission stays in the exchange and is reported, and the student's previous submission counts.

`nbgrader_plugin.configure` installs it instead of nbgrader's own, also for `nbgrader collect` and formgrader's button.
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
from autograder.language.staff import for_staff

from . import ownership

_MAX_FILES = 1000
_MAX_SEARCHED = 5
"""The number of a student's last submissions that are searched for one with written answers."""
_NOBODY = ""


class Collect(ExchangeCollect):  # type: ignore[misc]
    """Collects valid submissions; `refused` has a line for each folder left in the exchange, by its path."""

    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        """Find each student's submission that counts, by nbgrader's own rules, among the valid ones."""
        self.refused: dict[str, str] = {}
        why = ownership.fault(Path(self.root), self.coursedir.course_id, shared=self.coursedir.groupshared)
        if why:
            self.fail(str(why))
        self._clock = config.load(Path(self.coursedir.root)).clock
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"] != _NOBODY]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        try:
            record: dict[str, Any] = super()._path_to_record(path)
            _refuse_invalid(Path(path), record["username"], self._max_bytes, self.check_owner)
            record["timestamp"] = _moment(Path(path), self._clock)
        except (AutograderError, ExchangeError, OSError, OverflowError, ValueError) as error:
            self._refuse(path, str(error))
            return {"username": _NOBODY, "filename": "", "timestamp": datetime.min}
        return record

    def _sort_by_timestamp(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return a student's submissions, the newest first; untouched ones newer than written work are moved last."""
        newest_first: list[dict[str, Any]] = super()._sort_by_timestamp(records)
        student = newest_first[0]["username"]
        if len(newest_first) < 2 or student == _NOBODY:
            return newest_first
        if newest_first[0]["timestamp"] == self._collected(student):
            return newest_first
        for place, record in enumerate(newest_first[:_MAX_SEARCHED]):
            if not self._is_untouched(record):
                for untouched in newest_first[:place]:
                    why = for_staff(
                        "nothing is written in it, unlike in the one before it, {file!r}", file=record["filename"]
                    )
                    self._refuse(os.path.join(self.inbound_path, untouched["filename"]), why)  # noqa: PTH118
                return [*newest_first[place:], *newest_first[:place]]
        return newest_first

    def _collected(self, student: str) -> datetime | None:
        """Return the timestamp of the student's submission that was collected before; None if there is none."""
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
        except (AutograderError, OSError):  # the fault is reported when it is copied
            return False

    def copy_files(self) -> None:
        """Copy the submissions one by one, so that one that cannot be copied does not affect the others."""
        for record in list(self.src_records):
            self.src_records = [record]
            try:
                super().copy_files()
            except (AutograderError, ExchangeError, OSError, RuntimeError) as error:
                self._refuse(os.path.join(self.inbound_path, record["filename"]), str(error))  # noqa: PTH118

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy the regular files to a temporary folder first, where students cannot replace them with links."""
        with tempfile.TemporaryDirectory() as folder:
            mine = Path(folder) / "mine"
            _copy_plain(Path(src), mine, self._max_bytes)
            # The timestamp in the folder's name was validated; the contents of the student's file were not.
            (mine / "timestamp.txt").write_text(_time(Path(src)), encoding="utf-8")
            super().do_copy(str(mine), dest, log)

    @property
    def _max_bytes(self) -> int:
        return 1000 * int(self.coursedir.max_dir_size)

    def _refuse(self, path: str, why: str) -> None:
        self.refused[path] = writable(for_staff("{path!r}: {why}; left in the exchange", path=path, why=why))
        self.log.error(self.refused[path])


def _time(path: Path) -> str:
    """Return the timestamp in a folder's name, student+problem set+timestamp+random."""
    return path.name.rsplit("+", 3)[2]


def _moment(path: Path, clock: ZoneInfo) -> datetime:
    stamp = timestamps.read(_time(path), clock)
    if stamp is None:
        raise AutograderError("{time!r} is not a date and time, or of an unknown time zone", time=_time(path))
    return stamp.moment


def _refuse_invalid(path: Path, student: str, max_bytes: int, check_owner: bool) -> None:
    """Raise an AutograderError if a folder of the exchange must not be collected."""
    if not is_student(student) or set("[]") & set(student):
        raise AutograderError("{student!r} is not a student's name", student=student)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise AutograderError("not a folder")
    if check_owner and found.st_uid != _user(student, found.st_uid):
        raise AutograderError(
            "named as {student}'s, but belongs to {owner}", student=student, owner=_name(found.st_uid)
        )
    size = 0
    for files, place in enumerate(path.rglob("*")):
        found = place.lstat()
        size += found.st_size
        if files >= _MAX_FILES or size > max_bytes:
            raise AutograderError(
                "more than {most} files, or than {size} MB", most=_MAX_FILES, size=max_bytes // 1000000
            )
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise AutograderError("{file!r} is a link or not a regular file", file=str(place.relative_to(path)))
        if not os.access(place, os.R_OK):
            raise AutograderError("{file!r} cannot be read", file=str(place.relative_to(path)))


def _user(student: str, unknown: int) -> int:
    """Return the uid of the user with this name; `unknown` if this machine has no such user."""
    try:
        return pwd.getpwnam(student).pw_uid
    except (KeyError, ValueError):
        return unknown


def _name(user: int) -> str:
    """Return the name of the user with this uid, for a message."""
    try:
        return for_staff("the user {name}", name=pwd.getpwuid(user).pw_name)
    except KeyError:
        return for_staff("user {number}, who has no name on this machine", number=user)


def _copy_plain(source: Path, target: Path, max_bytes: int) -> None:
    """Copy a folder's regular files without following links.

    Raises:
        OSError: a file cannot be read, or has become a link.
        AutograderError: the folder has changed since it was validated.
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
