"""What grading tells of a whole class."""

from __future__ import annotations

from typing import Annotated

import typer

from .app import Json, OneSet, print_json

PANEL = "Insight"
verbs = typer.Typer()


@verbs.command(rich_help_panel=PANEL)
def unexplained(
    context: typer.Context,
    problem_set: OneSet,
    exercise: Annotated[str | None, typer.Option("--exercise", "-e", help="Only this exercise.")] = None,
    at_least: Annotated[int, typer.Option(min=1, help="Only groups of so many students.")] = 1,
    write: Annotated[
        bool,
        typer.Option("--write", help="Begin a misconception for each group in solutions/PS/misconceptions.py."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Group the wrong answers that no misconception explains: what is worth a hint of its own.

    Example: [bold]autograder unexplained ps4 --at-least 3 --write[/]
    """
    from autograder import terminal
    from autograder.release import scaffold
    from autograder.reports import unexplained as gathering

    found = gathering.unexplained(context.obj, problem_set, exercise, at_least)
    made = scaffold.write(context.obj, found.problem_set, found.groups) if write else []
    if as_json:
        print_json({"unexplained": found, "written": made})
        return
    gathering.show(found)
    if write:
        terminal.say(f"solutions/{found.problem_set}/misconceptions.py: {', '.join(made) or 'nothing new'}")
