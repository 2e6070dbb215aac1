"""Commands that grade submissions, and that open formgrader."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from autograder.language.staff import for_staff

from .app import Jobs, Json, Sets, Students, print_json
from .course import course_folder

PANEL = "Grading"
verbs = typer.Typer()


@verbs.command(rich_help_panel=PANEL)
def grade(
    context: typer.Context,
    problem_sets: Sets = None,
    student: Students = None,
    jobs: Jobs = None,
    no_jail: Annotated[
        bool,
        typer.Option("--no-jail", help="Do not use the jail: student code can read and change all that you can."),
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Grade everything again, even if nothing has changed since.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Write no results; list the scores that would change, and why (as diff does)."),
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Grade on the workers of the dask scheduler at tcp://… or tls://…."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Grade the submissions in submitted/; write verdicts, nbgrader's gradebook, graded notebooks and feedback.

    A submission is skipped if neither it nor its checks have changed since it was graded.

    Example: [bold]autograder grade ps4 --student alice[/]

    Example: [bold]autograder grade --scheduler tls://10.0.0.1:8786[/]
    """
    folder = course_folder(context)
    from autograder import terminal
    from autograder.feedback import changes, summary
    from autograder.grade import grade as run
    from autograder.jail.cores import cores
    from autograder.workers.pool import Pool

    if no_jail:
        terminal.err.print(
            for_staff(
                "[bold red]no jail:[/] student code runs with your rights. It can read this course, its checks and"
                " solutions, change the gradebook and other submissions, and use the network."
                " Only for submissions that you have read."
            )
        )
    pool_of: Any = Pool
    if scheduler:
        from autograder.workers.cluster import Cluster

        pool_of = partial(Cluster, scheduler=scheduler)
    with terminal.bar("Grading") as bar:
        bar.in_progress.at_once = jobs or cores()
        outcome = run(
            folder,
            problem_sets,
            students=student,
            jobs=jobs,
            confined=not no_jail,
            fresh=fresh,
            dry_run=dry_run,
            pool_of=pool_of,
            started=bar.started,
            advanced=lambda row: bar.advanced(row.student if row else ""),
            begins=bar.in_progress.begins,
            ends=bar.in_progress.ends,
        )
    if as_json and dry_run:
        print_json({"changes": outcome.changes, "problems": [*outcome.problems, *outcome.notices]})
    elif as_json:
        print_json({"verdicts": outcome.verdicts, "problems": [*outcome.problems, *outcome.notices]})
    elif dry_run:
        changes.show(outcome.changes)
    else:
        summary.show(outcome.rows)
    for problem in [*outcome.problems, *outcome.notices]:
        terminal.error_text(problem)
    if outcome.left:
        terminal.error(
            "stopped with {count} submissions left; run the same command again to continue", count=outcome.left
        )
        raise typer.Exit(130)
    raise typer.Exit(2 if outcome.problems or outcome.notices else 0)


@verbs.command(rich_help_panel=PANEL)
def diff(
    context: typer.Context,
    problem_sets: Sets = None,
    student: Students = None,
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """List the scores that grading would change, and why, for example after a check was fixed; write no results.

    Example: [bold]autograder diff ps4[/]
    """
    grade(context, problem_sets, student=student, jobs=jobs, dry_run=True, as_json=as_json)


@verbs.command(rich_help_panel=PANEL)
def formgrader(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 8888,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Open nbgrader's formgrader: collect, autograde with this engine, grade by hand, release feedback.

    Example: [bold]autograder formgrader --port 8890 --no-browser[/]
    """
    from autograder import formgrader as server
    from autograder import terminal

    for folder in server.graded_elsewhere(context.obj):
        terminal.error(
            "{folder}: graded by another tool, so its HTML may be unsafe; run: autograder grade", folder=folder
        )
    server.serve(context.obj, port, browser=not no_browser)


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
        terminal.say_text(terminal.literal(line))

    def complain(line: str) -> None:
        terminal.error_text(terminal.literal(line))

    if not once:
        terminal.say("watching the exchange every {every:g} seconds; Ctrl-C ends", every=every)
    well = watch(context.obj, problem_sets, every=every, once=once, jobs=jobs, say=say, complain=complain)
    raise typer.Exit(1 if once and not well else 0)
