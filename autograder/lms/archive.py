"""Reads untrusted folders and zips without unpacking them: each file is read whole, within limits, or refused."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path, PurePosixPath

from autograder.errors import AutograderError
from autograder.language import gettext
from autograder.language.staff import for_staff

MAX_MEMBERS = 20_000
MAX_TOTAL = 2 << 30
_MAX_RATIO = 200
"""The largest allowed ratio of uncompressed to compressed size. Notebooks reach 20; deflate's maximum is 1032."""
_BOMB = 1 << 20
"""The uncompressed size, in bytes, up to which any ratio is allowed."""
_UTF8 = 0x800
_NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX|\.ipynb_checkpoints|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)(?:/|$)")


@dataclass(frozen=True)
class Member:
    """A file's path in the archive, and either its bytes and its time in the given time zone, or why it is refused."""

    name: str
    data: bytes = b""
    moment: datetime | None = None
    refused: str = ""
    junk: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the folders and of the file."""
        return PurePosixPath(self.name).parts


def printable(name: str) -> str:
    """Return an external name without control characters, shortened for a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)[:200]


def members(source: Path, max_bytes: int, clock: tzinfo) -> Iterator[Member]:
    """Yield all files of a folder or zip, sorted by name.

    Args:
        source: the folder or zip.
        max_bytes: the maximum size of one file.
        clock: the time zone of the times in a zip, which are stored without one.

    Raises:
        AutograderError: it is neither a folder nor a zip, or too large as a whole.
    """
    if source.is_dir():
        return _folder(source, max_bytes, clock)
    if not source.exists():
        raise AutograderError("{source}: no such file; name a folder or a .zip", source=source)
    return _zip(source, max_bytes, clock)


def _folder(source: Path, max_bytes: int, clock: tzinfo) -> Iterator[Member]:
    closed: list[OSError] = []
    for folder, below, files in os.walk(source, onerror=closed.append):
        place = Path(folder)
        links = [name for name in below if os.path.islink(place / name)]  # noqa: PTH114  never raises
        below[:] = sorted(name for name in below if name not in links)
        for name in sorted([*files, *links]):
            path = place / name
            yield _file(path, path.relative_to(source).as_posix(), max_bytes, clock)
    for error in closed:
        yield Member(printable(str(Path(error.filename).relative_to(source))), refused=_unreadable(error))


def _file(path: Path, name: str, max_bytes: int, clock: tzinfo) -> Member:
    label = printable(name)
    if _JUNK.search(name):
        return Member(label, junk=True)
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode):
            if stat.S_ISLNK(about.st_mode):
                return Member(label, refused=for_staff("a symbolic link; put the file itself there"))
            return Member(label, refused=for_staff("not a regular file; put the file itself there"))
        reason = _unfit(name) or _too_large(about.st_size, max_bytes)
        if reason:
            return Member(label, refused=reason)
        return Member(name, path.read_bytes(), datetime.fromtimestamp(about.st_mtime, clock))
    except OSError as error:
        return Member(label, refused=_unreadable(error))


def _unreadable(error: OSError) -> str:
    return for_staff("cannot be read ({why}); check its permissions", why=error.strerror)


def _zip(source: Path, max_bytes: int, clock: tzinfo) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise AutograderError(
            "{source}: not a zip that can be read ({error}); download it again", source=source, error=error
        ) from None
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MAX_MEMBERS:
            raise AutograderError(
                "{source}: {count} files, at most {most}; split it", source=source, count=len(infos), most=MAX_MEMBERS
            )
        total = sum(info.file_size for info in infos)
        if total > MAX_TOTAL:
            raise AutograderError(
                "{source}: {size} MiB unpacked, at most {most}; unpack it, and collect the folder",
                source=source,
                size=total >> 20,
                most=MAX_TOTAL >> 20,
            )
        # Names that differ only in case or in ./ are the same file on some systems.
        times = Counter(_same(info) for info in infos)
        for info in sorted(infos, key=_name):
            yield _member(archive, info, times[_same(info)], max_bytes, clock)


def _name(info: zipfile.ZipInfo) -> str:
    """Return the full name (`filename` is cut at a NUL), as UTF-8 if possible: many tools do not set the flag."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


def _same(info: zipfile.ZipInfo) -> str:
    return str(PurePosixPath(_name(info))).casefold()


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, times: int, max_bytes: int, clock: tzinfo) -> Member:
    name = _name(info)
    label = printable(name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    reason = _unfit(name)
    if not reason and _JUNK.search(name):
        return Member(label, junk=True)
    if not reason and kind not in (0, stat.S_IFREG):
        reason = gettext("a symbolic link or device, not a file; ask for the file itself")
    elif not reason and info.flag_bits & 1:
        reason = gettext("encrypted; ask for it without a password")
    elif not reason and times > 1:
        reason = gettext(
            "{times} files have this name, so it is not clear which counts; remove the wrong ones", times=times
        )
    elif not reason and info.file_size > _BOMB and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
        reason = gettext(
            "a compression bomb ({size} bytes that become {unpacked}); ask the student",
            size=info.compress_size,
            unpacked=info.file_size,
        )
    reason = reason or _too_large(info.file_size, max_bytes)
    if reason:
        return Member(label, refused=reason)
    try:
        with archive.open(info) as file:
            data = file.read(max_bytes + 1)  # the size stated in the archive may be wrong
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        return Member(label, refused=gettext("damaged ({why}); download it again", why=printable(str(error))[:100]))
    reason = _too_large(len(data), max_bytes)
    return Member(label, refused=reason) if reason else Member(name, data, _moment(info, clock))


def _moment(info: zipfile.ZipInfo, clock: tzinfo) -> datetime | None:
    try:
        return datetime(*info.date_time, tzinfo=clock)
    except ValueError:
        return None


def _unfit(name: str) -> str:
    if any(not sign.isprintable() for sign in name):
        return gettext("its name holds control characters; rename it")
    if "\\" in name or re.match(r"[A-Za-z]:", name):
        return gettext("its name holds a backslash or a drive letter; rename it")
    if name.startswith("/"):
        return gettext("its name is an absolute path; rename it")
    if ".." in name.split("/"):
        return gettext("its name leads out of the archive (..); rename it")
    if name.lower().endswith(_NESTED):
        return gettext("an archive within; unpack it, and collect what is in it")
    return ""


def _too_large(size: int, max_bytes: int) -> str:
    if size <= max_bytes:
        return ""
    return gettext(
        "{size} MiB or more, at most {most} (notebook_mb); ask for it without outputs",
        size=f"{size / 2**20:.1f}",
        most=max_bytes >> 20,
    )
