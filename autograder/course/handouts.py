"""Handouts: the files in solutions/<ps>/files/, which students get beside the notebook, and which grading uses.

What a student hands in of them is never used: the jail and the checks have the course's own.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import stat
import sys
import sysconfig
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

from autograder.errors import AutograderError
from autograder.jail.scratch import Scratch
from autograder.notebook.handout_names import MAX_FILE, MAX_FILES, MAX_TOTAL, fault, is_left_out, size

from . import layout

_OURS = frozenset({"autograder", "inside"})


@dataclass(frozen=True)
class Handout:
    """One file: its path relative to the notebook's folder, where it is, its size in bytes, when it was changed."""

    name: str
    path: Path
    size: int
    changed: int

    def data(self) -> bytes:
        """Return its content.

        Raises:
            AutograderError: it cannot be read, or has become a link.
        """
        try:
            with os.fdopen(os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                return file.read()
        except OSError as error:
            raise AutograderError(f"{self.path}: cannot be read ({error.strerror})") from None

    def digest(self) -> str:
        """Return the SHA-256 of its content, in hexadecimal digits."""
        return hashlib.sha256(self.data()).hexdigest()


def folder_of(root: Path, problem_set: str) -> Path:
    """Return the folder of a problem set's handouts; it may not exist."""
    return root / layout.SOLUTIONS / problem_set / layout.HANDOUTS


def of(root: Path, problem_set: str) -> tuple[Handout, ...]:
    """Return the handouts of a problem set, in alphabetical order.

    Raises:
        AutograderError: one cannot be handed out; the message names the file and the fix.
    """
    folder = folder_of(root, problem_set)
    if not os.path.lexists(folder):
        return ()
    found = sorted(_below(folder, folder), key=lambda item: item.name)
    if len(found) > MAX_FILES:
        raise AutograderError(f"{folder}: {len(found)} files; at most {MAX_FILES} can be handed out; pack them in one")
    total = sum(item.size for item in found)
    if total > MAX_TOTAL:
        raise AutograderError(f"{folder}: {size(total)} in total; at most {size(MAX_TOTAL)} can be handed out")
    names: dict[str, str] = {}
    for item in found:
        if (other := names.setdefault(item.name.lower(), item.name)) != item.name:
            raise AutograderError(f"{item.path}: is the same file as {other} on Windows and macOS; rename one")
    for module in sorted(modules(found)):
        if module in sys.stdlib_module_names or module in _OURS or _is_installed(module):
            raise AutograderError(f"{folder}: {module} is also the name of a Python module; rename the file")
    return tuple(found)


def _below(folder: Path, top: Path) -> Iterator[Handout]:
    try:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise AutograderError(f"{folder}: is not a folder; put the files that students get into a folder there")
        entries = [Path(entry.path) for entry in os.scandir(folder)]
    except OSError as error:
        raise AutograderError(f"{folder}: cannot be read ({error.strerror})") from None
    for path in entries:
        if is_left_out(path.name):
            continue
        found = path.lstat()
        name = path.relative_to(top).as_posix()
        if stat.S_ISLNK(found.st_mode):
            raise AutograderError(f"{path}: is a symbolic link; put the file itself there")
        if why := fault(name):
            raise AutograderError(f"{str(path)!r}: {why}; rename it, or move it out of {top}")
        if stat.S_ISDIR(found.st_mode):
            yield from _below(path, top)
        elif not stat.S_ISREG(found.st_mode):
            raise AutograderError(f"{path}: is not a regular file; put the file itself there")
        elif found.st_size > MAX_FILE:
            raise AutograderError(
                f"{path}: has {size(found.st_size)}; a file that is handed out can have at most {size(MAX_FILE)}"
            )
        else:
            yield Handout(name, path, found.st_size, found.st_mtime_ns)


def modules(handouts: Iterable[Handout]) -> set[str]:
    """Return the names of the modules and packages that can be imported from the notebook's folder."""
    parts = [item.name.split("/") for item in handouts if item.name.endswith(".py")]
    return {part[0].removesuffix(".py") for part in parts}


@cache
def _is_installed(module: str) -> bool:
    spec = PathFinder.find_spec(module, [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    return spec is not None and spec.origin is not None


def sharing(root: Path, problem_sets: Sequence[str]) -> list[list[str]]:
    """Return the problem sets in groups that can share a jail: those with handouts by themselves.

    Nobody sees the files of another problem set, which may not be out yet.
    """
    apart = [name for name in problem_sets if of(root, name)]
    together = [name for name in problem_sets if name not in apart]
    return [*([together] if together else []), *([name] for name in apart)]


def for_jail(root: Path, problem_sets: Collection[str]) -> tuple[Handout, ...]:
    """Return the handouts in a jail in which submissions of these problem sets are graded.

    Raises:
        AutograderError: one of several problem sets has handouts, or a file cannot be handed out.
    """
    if len(sharing(root, list(problem_sets))) > 1:
        raise AutograderError(
            f"{', '.join(problem_sets)}: one has files beside its notebook, and needs jails of its own"
        )
    return tuple(item for name in problem_sets for item in of(root, name))


def digests(handouts: Iterable[Handout]) -> dict[str, str]:
    """Return the SHA-256 of each handout by its name, as a release's metadata holds them."""
    return {item.name: item.digest() for item in handouts}


def copy(handouts: Iterable[Handout], into: Path, mode: int = 0o644) -> None:
    """Write the handouts into a folder, in place of what is there under their names.

    Args:
        handouts: the files.
        into: an existing folder.
        mode: the permissions of the copies.
    """
    for item in handouts:
        path = into / item.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            path.unlink()
        path.write_bytes(item.data())
        path.chmod(mode)


# --- where staff's own code runs --------------------------------------------------------------------------------------

_inside: list[tuple[Path, str]] = []
"""The problem sets whose handouts are at hand, the innermost last."""
_imported: dict[Path, dict[str, ModuleType]] = {}
"""The modules imported from each problem set's handouts: two problem sets may have a helper of the same name."""


@contextmanager
def beside(root: Path, problem_set: str) -> Iterator[None]:
    """In the block, this process works in a copy of the problem set's handouts, and can import its helper modules.

    Checks, solutions and misconceptions find them so as the student's code does in the jail. A problem set without
    handouts changes nothing.

    Raises:
        AutograderError: a file cannot be handed out.
    """
    here = root.resolve(), problem_set
    if here in _inside[-1:] or not (handouts := of(*here)):
        yield
        return
    place = _copied(handouts)
    before = Path.cwd()
    os.chdir(place)
    sys.path.insert(0, str(place))
    sys.modules.update(_imported.get(place, {}))
    _inside.append(here)
    try:
        yield
    finally:
        _inside.pop()
        os.chdir(before)
        sys.path.remove(str(place))
        mine = {name: module for name, module in sys.modules.items() if _is_from(module, place)}
        _imported[place] = mine
        for name in mine:
            del sys.modules[name]


@cache
def _copied(handouts: tuple[Handout, ...]) -> Path:
    """Return a folder with copies of the handouts, which is removed when this process ends."""
    scratch = Scratch()
    atexit.register(scratch.cleanup)
    copy(handouts, scratch.path)
    return scratch.path


def _is_from(module: object, place: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and Path(file).is_relative_to(place)
