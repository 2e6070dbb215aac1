"""The command that students run on their own machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.errors import AutograderError

from .app import Json, print_json

PANEL = "Students"
verbs = typer.Typer()


@verbs.command(rich_help_panel=PANEL)
def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="Your notebook of a problem set.")],
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Check again whenever the notebook is saved; Ctrl-C ends.")
    ] = False,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.1, max=3600, help="Time limit of one cell, instead of the grader's."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check your notebook: what is not begun, which examples fail, and which calls are not allowed.

    The cells run on your machine, in a separate process, from top to bottom. Hidden checks run only when your
    submission is graded.

    Exit codes: 0 every exercise is begun and its examples pass; 1 something is left to do; 2 the notebook cannot be
    read.

    Example: [bold]autograder check ps2.ipynb --watch[/]
    """
    from autograder.student import released_notebook, report, screen

    if watch:
        if as_json:
            raise AutograderError("--watch and --json cannot be used together; choose one")
        from autograder.student import watching

        raise typer.Exit(0 if watching.watch(notebook, timeout) else 1)
    sheet = released_notebook.read(notebook)
    with screen.progress(sheet) as begins:
        found = report.examine(sheet, timeout, begins)
    if as_json:
        print_json(found)
    else:
        screen.show(found)
    raise typer.Exit(0 if found.done else 1)
