"""Commands that report on a whole class."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.errors import AutograderError
from autograder.language.staff import for_staff, list_for_staff

from .app import Json, OneSet, print_json
from .course import course_folder

PANEL = "Insight"
verbs = typer.Typer()


@verbs.command(rich_help_panel=PANEL)
def unexplained(
    context: typer.Context,
    problem_set: OneSet,
    exercise: Annotated[str | None, typer.Option("--exercise", "-e", help="Only this exercise.")] = None,
    at_least: Annotated[int, typer.Option(min=1, help="Only groups of at least this many students.")] = 1,
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="Add a misconception to complete for each group to solutions/PS/misconceptions.py."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Group the wrong answers that no misconception explains, to find those that deserve a hint.

    Example: [bold]autograder unexplained ps4 --at-least 3 --write[/]
    """
    folder = course_folder(context)
    from autograder import terminal
    from autograder.insight import scaffold
    from autograder.insight import unexplained as gathering

    found = gathering.unexplained(folder, problem_set, exercise, at_least)
    if not found.graded:
        raise AutograderError(
            "{problem_set}: nothing is graded yet; run: autograder grade {problem_set}", problem_set=found.problem_set
        )
    made = scaffold.write(folder, found.problem_set, found.groups) if write else []
    if as_json:
        print_json({"unexplained": found, "written": made})
        return
    gathering.show(found)
    if write:
        terminal.say(
            "solutions/{problem_set}/misconceptions.py: {names}",
            problem_set=found.problem_set,
            names=list_for_staff(made) or for_staff("nothing new"),
        )


@verbs.command(rich_help_panel=PANEL)
def report(
    context: typer.Context,
    problem_set: OneSet,
    into: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page to write; exports/PS-report.html by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the class report, for staff: scores, discrimination of each check, mistakes, incidents, missing students.

    Example: [bold]autograder report ps4 --into ps4.html[/]
    """
    folder = course_folder(context)
    from autograder import terminal
    from autograder.insight import report as making

    found = making.gather(folder, problem_set)
    if as_json:
        print_json(found)
        return
    path = making.write(folder, found, into)
    terminal.say("{path}: {submissions} submissions; for staff only", path=path, submissions=found.submissions)


@verbs.command(rich_help_panel=PANEL)
def similarity(
    context: typer.Context,
    problem_set: OneSet,
    into: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page to write; exports/PS-similarity.html by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List solutions that are unusually similar, for a person to compare; scores do not depend on it.

    Example: [bold]autograder similarity ps4[/]
    """
    folder = course_folder(context)
    from autograder import terminal
    from autograder.insight.similarity import compare as comparing

    found = comparing.compare(folder, problem_set)
    if as_json:
        print_json(found)
        return
    comparing.show(found)
    path = comparing.write(folder, found, into)
    terminal.say("{path}: both solutions of each pair side by side; for staff only", path=path)
