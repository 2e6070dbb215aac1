"""The command line: one function per command, and the one place where errors are printed."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Container, Iterable
from typing import Any

from typer.main import get_command

from autograder.errors import AutograderError
from autograder.language.staff import ENGLISH, LANGUAGES, for_staff, speak_to_staff, staff_language

from . import authoring, grading, insight, machine, results, student, submissions
from .app import app

for _group in (student, grading, results, insight, submissions, authoring, machine):
    app.add_typer(_group.verbs)


def main() -> None:
    """Run the command line."""
    in_utf8()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # characters that the encoding lacks are printed as \\u2713
            stream.reconfigure(errors="backslashreplace")
    try:
        command = get_command(app)
        _choose_language(command)
        command()
    except AutograderError as error:
        from autograder import terminal

        terminal.error_text(str(error))
        sys.exit(2)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == __package__.partition(".")[0]:
            raise
        from autograder import terminal

        terminal.error_text(f"{' '.join(sys.argv[1:2])}: {_missing(error.name or str(error))}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _choose_language(command: Any) -> None:
    """Set staff's language if the command line names one, and translate the help; --help may come before it is run."""
    given = _language_in(
        sys.argv[1:], {name for option in command.params if not option.is_flag for name in option.opts}
    )
    if given in LANGUAGES:
        speak_to_staff(given)
    if staff_language() != ENGLISH:
        from .translation import translate

        translate(command)


def _language_in(words: Iterable[str], with_value: Container[str]) -> str:
    """Return the language that --language names before the command; Typer's own parser takes long to import."""
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if name == "--language":
            return value or next(rest, "")
        if not word.startswith("-"):
            break
        if word in with_value:
            next(rest, "")
    return ""


def in_utf8() -> None:
    """Restart in Python's UTF-8 mode if the locale has another encoding, in which zoë's folder would have another name.

    Output is still printed in the locale's encoding.
    """
    if sys.getfilesystemencoding() == "utf-8":
        return
    os.environ["PYTHONIOENCODING"] = f"{sys.stdout.encoding}:backslashreplace"
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def _missing(module: str) -> str:
    """Return what to do about a missing module.

    Students install fewer packages than staff, and some modules exist on Linux only.
    """
    if module == "watchfiles":
        return for_staff("needs watchfiles; run: pip install 'torch-autograder[student]'")
    if module in ("dask", "distributed", "psycopg"):
        return for_staff("needs {module}; run: pip install '.[cluster]' in the course's folder", module=module)
    if module in ("fcntl", "grp", "pwd", "resource", "termios"):
        return for_staff(
            "needs Linux: this Python has no module {module}; only check works on this system", module=module
        )
    return for_staff(
        "is for staff: the module {module} is not installed; run: pip install '.[staff]' in the course's folder",
        module=module,
    )
