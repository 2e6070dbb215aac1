"""Handouts: the files in solutions/<ps>/files/, which students get beside the notebook and grading uses.

Submitted copies of them are never used: the jail and the checks use the course's own files.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import stat
import sys
import sysconfig
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

from autograder.errors import AutograderError
from autograder.jail.scratch import Scratch
from autograder.language.staff import list_for_staff, some_for_staff
from autograder.notebook.handout_names import MAX_FILE, MAX_FILES, MAX_TOTAL, fault, is_left_out, size

from . import layout

_OURS = frozenset({"autograder", "inside"})


@dataclass(frozen=True)
class Handout:
    """One file: its path relative to the notebook's folder, its source, size in bytes and `st_mtime_ns`."""

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
            raise AutograderError("{path}: cannot be read ({why})", path=self.path, why=error.strerror) from None

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
        raise AutograderError(
            "{folder}: {count} files; at most {most} can be handed out; pack them in one",
            folder=folder,
            count=len(found),
            most=MAX_FILES,
        )
    total = sum(item.size for item in found)
    if total > MAX_TOTAL:
        raise AutograderError(
            "{folder}: {size} in total; at most {most} can be handed out",
            folder=folder,
            size=size(total),
            most=size(MAX_TOTAL),
        )
    names: dict[str, str] = {}
    for item in found:
        if (other := names.setdefault(item.name.lower(), item.name)) != item.name:
            raise AutograderError(
                "{path}: is the same file as {other} on Windows and macOS; rename one", path=item.path, other=other
            )
    for module in sorted(modules(found)):
        if module in sys.stdlib_module_names or module in _OURS or _is_installed(module):
            raise AutograderError(
                "{folder}: {module} is also the name of a Python module; rename the file", folder=folder, module=module
            )
    return tuple(found)


def _below(folder: Path, top: Path) -> Iterator[Handout]:
    try:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise AutograderError(
                "{folder}: is not a folder; put the files that students get into a folder there", folder=folder
            )
        entries = [Path(entry.path) for entry in os.scandir(folder)]
    except OSError as error:
        raise AutograderError("{folder}: cannot be read ({why})", folder=folder, why=error.strerror) from None
    for path in entries:
        if is_left_out(path.name):
            continue
        found = path.lstat()
        name = path.relative_to(top).as_posix()
        if stat.S_ISLNK(found.st_mode):
            raise AutograderError("{path}: is a symbolic link; put the file itself there", path=path)
        if why := fault(name):
            raise AutograderError(
                "{path!r}: {why}; rename it, or move it out of {top}", path=str(path), why=why, top=top
            )
        if stat.S_ISDIR(found.st_mode):
            yield from _below(path, top)
        elif not stat.S_ISREG(found.st_mode):
            raise AutograderError("{path}: is not a regular file; put the file itself there", path=path)
        elif found.st_size > MAX_FILE:
            raise AutograderError(
                "{path}: has {size}; a file that is handed out can have at most {most}",
                path=path,
                size=size(found.st_size),
                most=size(MAX_FILE),
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

    Submissions must not see the files of another problem set, which may not be released yet.
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
            "{names}: one has files beside its notebook, and needs jails of its own", names=list_for_staff(problem_sets)
        )
    return tuple(item for name in problem_sets for item in of(root, name))


def digests(handouts: Iterable[Handout]) -> dict[str, str]:
    """Return the SHA-256 of each handout by its name, as a release's metadata holds them."""
    return {item.name: item.digest() for item in handouts}


def refuse_changed(root: Path, problem_set: str, released: Mapping[str, str]) -> None:
    """Raise AutograderError if the handouts differ from those of the release, which are given by their digests."""
    now = digests(of(root, problem_set))
    if now != released:
        names = sorted({name for name, _ in now.items() ^ released.items()})
        raise AutograderError(
            "{folder}: not as in the release: {names}; run: autograder build {problem_set}, and tell"
            " students to fetch the files again",
            folder=folder_of(root, problem_set),
            names=some_for_staff(names),
            problem_set=problem_set,
        )


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


# --- handouts for staff's code in this process ------------------------------------------------------------------------

_inside: list[tuple[Path, str]] = []
"""The problem sets whose handouts are available, the innermost last."""
_imported: dict[Path, dict[str, ModuleType]] = {}
"""The modules imported from each problem set's handouts; two problem sets may have helpers of the same name."""


@contextmanager
def beside(root: Path, problem_set: str) -> Iterator[None]:
    """Work in a copy of the problem set's handouts within the block, with its helper modules importable.

    Checks, solutions and misconceptions then find them as the student's code does in the jail. Without handouts nothing
    changes.

    Raises:
        AutograderError: a file cannot be handed out.
    """
    here = root.resolve(), problem_set
    if here in _inside[-1:] or not (handouts := of(*here)):
        yield
        return
    place = _scratch_copy(handouts)
    before = Path.cwd()
    os.chdir(place)
    sys.path.insert(0, str(place))
    others = uncover(*here)
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
        sys.modules.update(others)


def uncover(root: Path, problem_set: str) -> dict[str, ModuleType]:
    """Forget, and return, the imported modules that hide helper modules: pytest knows tests/ as the module `tests`."""
    names = modules(of(root, problem_set)) & sys.modules.keys()
    return {name: sys.modules.pop(name) for name in names if getattr(sys.modules[name], "__file__", None) is None}


@cache
def _scratch_copy(handouts: tuple[Handout, ...]) -> Path:
    """Return a folder with copies of the handouts, which is removed when this process ends."""
    scratch = Scratch()
    atexit.register(scratch.cleanup)
    copy(handouts, scratch.path)
    return scratch.path


def _is_from(module: object, place: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and Path(file).is_relative_to(place)
