"""The exceptions that people see: a sentence for the reader at hand, printed in one place (`cli`)."""

import traceback

_MAX_TRACEBACK = 8000


class AutograderError(Exception):
    """A mistake somebody can mend; the message names the file and the fix in one line.

    Its text can be written anywhere: bytes of a name that are no UTF-8 are written out, as \\udceb.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(writable(text))


class RunError(AutograderError):
    """What no submission is at fault for, and what the next one meets as well: it ends the run."""


class Unexpected(AutograderError):
    """What another process met and did not expect; `trace` is its traceback there."""

    def __init__(self, text: str, trace: str) -> None:
        super().__init__(text)
        self.trace = trace


def writable(text: str) -> str:
    """The text with what no file or terminal takes written out: the bytes of a name that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def in_a_line(error: BaseException) -> str:
    """An unexpected error in one line."""
    return writable(" ".join(f"{type(error).__name__}: {error}".split()))[:300]


def traceback_of(error: BaseException | None) -> str:
    """The end of the traceback of an error that nobody expected, or of the one that it was made of; else empty."""
    while isinstance(error, AutograderError) and not isinstance(error, Unexpected):
        error = error.__cause__
    if error is None:
        return ""
    trace = error.trace if isinstance(error, Unexpected) else "".join(traceback.format_exception(error))
    return writable(trace)[-_MAX_TRACEBACK:]
