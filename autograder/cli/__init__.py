"""The command line: one function per command, and the one place where errors are printed."""

from __future__ import annotations

import io
import os
import sys

from autograder.errors import AutograderError

from . import authoring, exchange, grading, insight, machine, results, student, submissions
from .app import app

for _group in (student, grading, exchange, results, insight, submissions, authoring, machine):
    app.add_typer(_group.verbs)


def main() -> None:
    """Run the command line."""
    in_utf8()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a character that the encoding lacks is printed as \\u2713
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except AutograderError as error:
        from autograder import terminal

        terminal.error(str(error))
        sys.exit(2)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == __package__.partition(".")[0]:
            raise
        from autograder import terminal

        terminal.error(f"{' '.join(sys.argv[1:2])}: {_missing(error.name or str(error))}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def in_utf8() -> None:
    """Begin again in Python's UTF-8 mode where the locale's encoding is another: zoë's folder would have another name.

    What is printed keeps to the locale's encoding.
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
        return "needs watchfiles; run: pip install 'torch-autograder[student]'"
    if module in ("dask", "distributed", "psycopg"):
        return f"needs {module}; run: pip install '.[cluster]' in the course's folder"
    if module in ("fcntl", "grp", "pwd", "resource", "termios"):
        return f"needs Linux: this Python has no module {module}; only check works on this system"
    return f"is for staff: the module {module} is not installed; run: pip install '.[staff]' in the course's folder"
