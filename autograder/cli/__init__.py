"""The command line: one function a verb, and the one place where errors are printed. The work is done elsewhere."""

from __future__ import annotations

import sys

from autograder.errors import AutograderError

from . import authoring, grading, insight, machine, submissions
from .app import app

for _group in (grading, insight, submissions, authoring, machine):
    app.add_typer(_group.verbs)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except AutograderError as error:
        from autograder import terminal

        terminal.error(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
