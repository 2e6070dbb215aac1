"""Questions to the student's process, each with its answer, within the submission's time."""

from __future__ import annotations

import signal
import time
from typing import Any, TypeVar

import msgspec

from autograder.jail.inside import wire
from autograder.jail.jail import JailError

from .transport import Transport

GRACE = 2.0
"""Seconds between the soft limit, kept inside, and the end of the process."""

_Answer = TypeVar("_Answer", bound=wire.Answer)

UNREADABLE = "sent a reply that the grader cannot read"


class Lost(Exception):
    """The student's process is gone; the text says why, in words that follow "your code"."""


class OutOfTime(BaseException):
    """The submission's whole time is used up. No Exception: no check may take it for one of the student's."""


class Connection:
    """Asks the student's process, and ends it when it does not answer as it must.

    Args:
        transport: carries the requests.
        seconds: the time of the whole submission, from now.
    """

    def __init__(self, transport: Transport, seconds: float) -> None:
        self._transport = transport
        self._ends = time.monotonic() + seconds
        self._jail_error: JailError | None = None
        self.cacheable = True
        """Whether all would come out the same another time: no clock and no signal from outside ended anything."""

    @property
    def alive(self) -> bool:
        """Whether there is a process to ask."""
        return self._transport.alive

    def start(self) -> None:
        """Begin a new process."""
        self._transport.start()

    def ask(self, request: Any, body: list[Any], seconds: float) -> tuple[Any, memoryview]:
        """The answer to `request`, which must come within `seconds`.

        Raises:
            Lost: the process is gone, or was ended since it did not answer as it must.
            OutOfTime: the submission's time is used up.
            JailError: the jail is gone.
        """
        now = time.monotonic()
        if now >= self._ends:
            self.cacheable = False
            self.lose("out of time")
            raise OutOfTime
        deadline = min(now + seconds, self._ends + GRACE)
        try:
            head, received = self._transport.exchange(wire.encode(request), body, deadline)
            answer = wire.decode_from_student(head)
        except TimeoutError:
            self.cacheable = False
            raise self.lose(f"ran for more than {seconds - GRACE:g} s and did not let itself be stopped") from None
        except wire.Closed:
            raise self._gone() from None
        except wire.TooLarge:
            raise self.lose(f"was to take or give more at once than {wire.MAX_BODY >> 20} MiB") from None
        except (wire.WireError, msgspec.MsgspecError, RecursionError, ValueError):
            raise self.lose(UNREADABLE) from None
        if answer.token != request.token:
            raise self._out_of_turn()
        return answer, received

    def ask_for(self, kind: type[_Answer], request: Any, seconds: float) -> _Answer:
        """The answer to `request`, which must be one of this kind. Raises as `ask`."""
        answer, _ = self.ask(request, [], seconds)
        if not isinstance(answer, kind):
            raise self._out_of_turn()
        return answer

    def lose(self, why: str) -> Lost:
        """End the process, for this reason."""
        self._end(0)
        return Lost(why)

    def close(self) -> None:
        """End the process and all that it left.

        Raises:
            JailError: the jail itself went. In a check it may have been taken for the student's mistake before.
        """
        if self._jail_error:
            raise self._jail_error
        if self._transport.alive:
            self._transport.end()

    def _out_of_turn(self) -> Lost:
        return self.lose("sent a reply out of turn, in a place where only the grader speaks")

    def _gone(self) -> Lost:
        """Ask the jail how the process ended."""
        ended = self._end(GRACE)
        self.cacheable &= ended.signal not in (signal.SIGXCPU, signal.SIGKILL)
        if ended.signal == signal.SIGXCPU:
            return Lost("used up the processor time of the whole submission")
        if ended.signal is not None:
            return Lost(f"crashed the whole program ({(signal.strsignal(ended.signal) or 'signal').lower()})")
        return Lost(
            "ended the whole program" + (f" (exit code {ended.exit_code})" if ended.exit_code is not None else "")
        )

    def _end(self, patience: float) -> wire.Ended:
        try:
            return self._transport.end(patience)
        except JailError as error:
            self._jail_error = error
            raise
