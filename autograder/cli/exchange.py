"""Command that grades submissions as they arrive in nbgrader's exchange."""

from __future__ import annotations

from typing import Annotated

import typer

from .app import Jobs, Sets

PANEL = "Grading"
verbs = typer.Typer()


@verbs.command(rich_help_panel=PANEL)
def watch_exchange(
    context: typer.Context,
    problem_sets: Sets = None,
    every: Annotated[float, typer.Option(min=1, max=86400, help="Seconds between two rounds.")] = 60,
    once: Annotated[bool, typer.Option("--once", help="One round, for cron.")] = False,
    jobs: Jobs = None,
) -> None:
    """Collect what students submit to nbgrader's exchange, and grade it as it arrives, until Ctrl-C.

    Feedback is released at once if course.yml sets feedback_on_arrival: true. At most gradings_a_day submissions of a
    student are graded in a day; a later one is kept, and graded the next day.

    Exit codes: 0 ended; 1, with --once, a submission cannot be collected or graded (the message says why, once);
    2 course or exchange cannot be used.

    Example: [bold]autograder watch-exchange ps4 --every 30[/]
    """
    from autograder import terminal
    from autograder.exchange.watch import watch

    def say(line: str) -> None:
        terminal.say(terminal.literal(line))

    def complain(line: str) -> None:
        terminal.error(terminal.literal(line))

    if not once:
        say(f"watching the exchange every {every:g} seconds; Ctrl-C ends")
    well = watch(context.obj, problem_sets, every=every, once=once, jobs=jobs, say=say, complain=complain)
    raise typer.Exit(1 if once and not well else 0)
