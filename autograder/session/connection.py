"""Sends requests to the student's process and receives its replies, within the submission's time."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from autograder.jail.inside import wire, zygote_wire
from autograder.jail.jail import JailError
from autograder.language import gettext, gettext_noop
from autograder.model.verdict import Trouble

from .transport import Transport

GRACE = 2.0
"""Seconds between the soft limit, which the process enforces itself, and the end of the process."""

_Answer = TypeVar("_Answer", bound=wire.Answer)

UNREADABLE = gettext_noop("{who} sent a reply that the grader cannot read")
_SIGNALS = (
    gettext_noop("segmentation fault"),
    gettext_noop("aborted"),
    gettext_noop("killed"),
    gettext_noop("terminated"),
    gettext_noop("bus error"),
    gettext_noop("floating point exception"),
    gettext_noop("illegal instruction"),
    gettext_noop("bad system call"),
)
"""Descriptions of fatal signals, as returned by strsignal."""


class Lost(Exception):
    """The student's process has ended.

    Args:
        why: the English sentence about `{who}`, a template for the catalogues.
        trouble: what ended it.
        values: other values of the template.
    """

    def __init__(self, why: str, trouble: Trouble = "", **values: object) -> None:
        super().__init__(why)
        self.trouble: Trouble = trouble
        self._why, self._values = why, values

    def sentence(self, who: str) -> str:
        """Return the reason in the student's language, with `who` as the subject."""
        return gettext(self._why, who=who, **self._values)

    def __str__(self) -> str:
        return self.sentence(your_code())


def your_code() -> str:
    """Return the usual subject of such sentences."""
    return gettext("your code")


class OutOfTime(BaseException):
    """The submission's whole time is used up.

    It does not derive from Exception, so that no check mistakes it for an exception raised by student code.
    """


class Connection:
    """Sends requests to the student's process, and ends it if its reply is late or invalid.

    Args:
        transport: carries the requests.
        seconds: the time of the whole submission, from now.
    """

    def __init__(self, transport: Transport, seconds: float) -> None:
        self._transport = transport
        self._ends = time.monotonic() + seconds
        self.called_back: Callable[[wire.CallBack, memoryview], tuple[wire.CalledBack, list[Any]]] | None = None
        """Calls a function of the check for student code."""
        self._jail_error: JailError | None = None
        self.cacheable = True
        """Whether another run would give the same results: no time limit and no outside signal has ended anything."""

    @property
    def alive(self) -> bool:
        """Return whether there is a process to send requests to."""
        return self._transport.alive

    def start(self) -> None:
        """Start a new process."""
        self._transport.start()

    def ask(self, request: Any, body: list[Any], seconds: float) -> tuple[Any, memoryview]:
        """Send `request` and return its answer and body, which must arrive within `seconds`.

        Raises:
            Lost: the process has ended, or was ended because its reply was late or invalid.
            OutOfTime: the submission's time is used up.
            JailError: the jail has ended.
        """
        now = time.monotonic()
        if now >= self._ends:
            self.cacheable = False
            self.lose("")
            raise OutOfTime
        deadline = min(now + seconds, self._ends + GRACE)
        try:
            head, received = self._transport.exchange(wire.encode(request), body, deadline)
            answer = wire.decode_from_student(head)
            while isinstance(answer, wire.CallBack) and self.called_back is not None and answer.token == request.token:
                reply, given = self.called_back(answer, received)
                head, received = self._transport.exchange(wire.encode(reply), given, deadline)
                answer = wire.decode_from_student(head)
        except TimeoutError:
            self.cacheable = False
            limit = f"{seconds - GRACE:g}"
            raise self.lose(
                gettext_noop("{who} ran for more than {limit} s and did not let itself be stopped"),
                "time",
                limit=limit,
            ) from None
        except wire.Closed:
            raise self._gone() from None
        except wire.TooLarge:
            most = wire.MAX_BODY >> 20
            raise self.lose(gettext_noop("{who} was to take or give more at once than {most} MiB"), most=most) from None
        except (wire.WireError, msgspec.MsgspecError, RecursionError, ValueError):
            raise self.lose(UNREADABLE, "posed") from None
        if answer.token != request.token:
            raise self._out_of_turn()
        return answer, received

    def ask_for(self, kind: type[_Answer], request: Any, seconds: float) -> _Answer:
        """Send `request` and return its answer, which must be of this kind; raises as `ask`."""
        answer, _ = self.ask(request, [], seconds)
        if not isinstance(answer, kind):
            raise self._out_of_turn()
        return answer

    def lose(self, why: str, trouble: Trouble = "", **values: object) -> Lost:
        """End the process and return the exception with the reason."""
        self._end(0)
        return Lost(why, trouble, **values)

    def close(self) -> None:
        """End the process and clean up after it.

        Raises:
            JailError: the jail itself has ended; a check may have mistaken that for an error of the student.
        """
        if self._jail_error:
            raise self._jail_error
        if self._transport.alive:
            self._transport.end()

    def _out_of_turn(self) -> Lost:
        said = gettext_noop("{who} sent a reply out of turn, in a place where only the grader speaks")
        return self.lose(said, "posed")

    def _gone(self) -> Lost:
        """Return the reason why the process ended, as reported by the jail."""
        ended = self._end(GRACE)
        self.cacheable &= ended.signal not in (signal.SIGXCPU, signal.SIGKILL)
        if ended.signal == signal.SIGXCPU:
            return Lost(gettext_noop("{who} used up the processor time of the whole submission"), "time")
        if ended.signal is not None:
            name = (signal.strsignal(ended.signal) or "signal").lower()
            crashed = gettext_noop("{who} crashed the whole program ({signal})")
            return Lost(crashed, "ended", signal=gettext(name))
        if ended.exit_code is None:
            return Lost(gettext_noop("{who} ended the whole program"), "ended")
        exited = gettext_noop("{who} ended the whole program (exit code {code})")
        return Lost(exited, "ended", code=ended.exit_code)

    def _end(self, patience: float) -> zygote_wire.Ended:
        try:
            return self._transport.end(patience)
        except JailError as error:
            self._jail_error = error
            raise
