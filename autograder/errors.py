"""Exceptions with messages for people: one sentence, printed in one place (`cli`)."""

import traceback

from autograder.language.staff import for_staff

_MAX_TRACEBACK = 8000


class AutograderError(Exception):
    """An error that its reader can fix; the message names the file and the fix in one line, in staff's language.

    Its text can be printed anywhere: bytes of a name that are not UTF-8 are escaped, as in \\udceb.

    Args:
        template: the message in English; with `values`, a template of str.format. A text that is not written here
            can be a value, and is never a template: `AutograderError("{why}", why=text)`.
        values: the values of the template.
    """

    def __init__(self, template: str = "", /, **values: object) -> None:
        super().__init__(writable(for_staff(template, **values)))


class RunError(AutograderError):
    """An error that no submission causes and that would recur with the next one; it ends the run."""


class Unexpected(AutograderError):
    """An unexpected error in another process; `trace` is its traceback there."""

    def __init__(self, template: str, /, trace: str, **values: object) -> None:
        super().__init__(template, **values)
        self.trace = trace


def writable(text: str) -> str:
    """Return the text with characters escaped that cannot be encoded as UTF-8, such as invalid bytes of a file name."""
    return text.encode("utf-8", "backslashreplace").decode()


def in_a_line(error: BaseException) -> str:
    """Return an unexpected error as one line of at most 300 characters."""
    return writable(" ".join(f"{type(error).__name__}: {error}".split()))[:300]


def traceback_of(error: BaseException | None) -> str:
    """Return the end of the traceback of an unexpected error, or of an AutograderError's unexpected cause; else ""."""
    while isinstance(error, AutograderError) and not isinstance(error, Unexpected):
        error = error.__cause__
    if error is None:
        return ""
    trace = error.trace if isinstance(error, Unexpected) else "".join(traceback.format_exception(error))
    return writable(trace)[-_MAX_TRACEBACK:]
