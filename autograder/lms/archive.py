"""Reads a folder or a zip from outside. Nothing is unpacked: each member is read whole, within bounds, or refused."""

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

MAX_MEMBERS = 20_000
MAX_TOTAL = 2 << 30
_MAX_RATIO = 200
"""Bytes out for a byte in. Notebooks reach 20, deflate at most 1032."""
_BOMB = 1 << 20
"""Below this many bytes no ratio is suspicious."""
_UTF8 = 0x800
_NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX|\.ipynb_checkpoints|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)(?:/|$)")


@dataclass(frozen=True)
class Member:
    """One file: its path within, and either its bytes and its time by the archive's clock, or why it is refused."""

    name: str
    data: bytes = b""
    moment: datetime | None = None
    refused: str = ""
    junk: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders and the file."""
        return PurePosixPath(self.name).parts


def shown(name: str) -> str:
    """A name from outside, fit for a terminal: no control characters, not endless."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)[:200]


def members(source: Path, max_bytes: int, clock: tzinfo) -> Iterator[Member]:
    """All files of a folder or zip, by name.

    Args:
        source: the folder or zip.
        max_bytes: of one file.
        clock: the time zone of a zip's times, which name none.

    Raises:
        AutograderError: it is neither, or too large as a whole.
    """
    if source.is_dir():
        return _folder(source, max_bytes, clock)
    if not source.exists():
        raise AutograderError(f"{source}: no such file; name a folder or a .zip")
    return _zip(source, max_bytes, clock)


def _folder(source: Path, max_bytes: int, clock: tzinfo) -> Iterator[Member]:
    closed: list[OSError] = []
    for folder, below, files in os.walk(source, onerror=closed.append):
        place = Path(folder)
        links = [name for name in below if os.path.islink(place / name)]  # noqa: PTH114  also where it cannot be asked
        below[:] = sorted(name for name in below if name not in links)
        for name in sorted([*files, *links]):
            path = place / name
            yield _file(path, path.relative_to(source).as_posix(), max_bytes, clock)
    for error in closed:
        yield Member(shown(str(Path(error.filename).relative_to(source))), refused=_unreadable(error))


def _file(path: Path, name: str, max_bytes: int, clock: tzinfo) -> Member:
    label = shown(name)
    if _JUNK.search(name):
        return Member(label, junk=True)
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode):
            kind = "a symbolic link" if stat.S_ISLNK(about.st_mode) else "not a regular file"
            return Member(label, refused=f"{kind}; put the file itself there")
        reason = _unfit(name) or _too_large(about.st_size, max_bytes)
        if reason:
            return Member(label, refused=reason)
        return Member(name, path.read_bytes(), datetime.fromtimestamp(about.st_mtime, clock))
    except OSError as error:
        return Member(label, refused=_unreadable(error))


def _unreadable(error: OSError) -> str:
    return f"cannot be read ({error.strerror}); check its permissions"


def _zip(source: Path, max_bytes: int, clock: tzinfo) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise AutograderError(f"{source}: not a zip that can be read ({error}); download it again") from None
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MAX_MEMBERS:
            raise AutograderError(f"{source}: {len(infos)} files, at most {MAX_MEMBERS}; split it")
        total = sum(info.file_size for info in infos)
        if total > MAX_TOTAL:
            raise AutograderError(
                f"{source}: {total >> 20} MiB unpacked, at most {MAX_TOTAL >> 20}; unpack it, and collect the folder"
            )
        # What differs in case only, or in ./, is one file on some systems.
        times = Counter(_same(info) for info in infos)
        for info in sorted(infos, key=_name):
            yield _member(archive, info, times[_same(info)], max_bytes, clock)


def _name(info: zipfile.ZipInfo) -> str:
    """The name whole (`filename` is cut at a NUL), and as meant: many write UTF-8 and do not say so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


def _same(info: zipfile.ZipInfo) -> str:
    return str(PurePosixPath(_name(info))).casefold()


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, times: int, max_bytes: int, clock: tzinfo) -> Member:
    name = _name(info)
    label = shown(name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    reason = _unfit(name)
    if not reason and _JUNK.search(name):
        return Member(label, junk=True)
    if not reason and kind not in (0, stat.S_IFREG):
        reason = "a symbolic link or device, not a file; ask for the file itself"
    elif not reason and info.flag_bits & 1:
        reason = "encrypted; ask for it without a password"
    elif not reason and times > 1:
        reason = f"there {times} times under this name, so that it cannot be told which counts; remove the wrong ones"
    elif not reason and info.file_size > _BOMB and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
        reason = f"a compression bomb ({info.compress_size} bytes that become {info.file_size}); ask the student"
    reason = reason or _too_large(info.file_size, max_bytes)
    if reason:
        return Member(label, refused=reason)
    try:
        with archive.open(info) as file:
            data = file.read(max_bytes + 1)  # the size that the archive states may be a lie
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        return Member(label, refused=f"damaged ({shown(str(error))[:100]}); download it again")
    reason = _too_large(len(data), max_bytes)
    return Member(label, refused=reason) if reason else Member(name, data, _moment(info, clock))


def _moment(info: zipfile.ZipInfo, clock: tzinfo) -> datetime | None:
    try:
        return datetime(*info.date_time, tzinfo=clock)
    except ValueError:
        return None


def _unfit(name: str) -> str:
    if any(not sign.isprintable() for sign in name):
        return "its name holds control characters; rename it"
    if "\\" in name or re.match(r"[A-Za-z]:", name):
        return "its name holds a backslash or a drive letter; rename it"
    if name.startswith("/"):
        return "its name is an absolute path; rename it"
    if ".." in name.split("/"):
        return "its name leads out of the archive (..); rename it"
    if name.lower().endswith(_NESTED):
        return "an archive within; unpack it, and collect what is in it"
    return ""


def _too_large(size: int, max_bytes: int) -> str:
    if size <= max_bytes:
        return ""
    return f"{size / 2**20:.1f} MiB or more, at most {max_bytes >> 20} (notebook_mb); ask for it without outputs"
