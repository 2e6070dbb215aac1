"""Grading."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from .app import Jobs, Json, Sets, Students, print_json

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
        typer.Option("--no-jail", help="Give up the jail: student code can read and change all that you can."),
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Grade everything again, also what was graded before and has not changed.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write no result; say whose score would change, and why (as diff does).")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Grade on the workers of a dask cluster: its scheduler's, tcp://… or tls://…."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Grade what stands in submitted/: verdicts, nbgrader's gradebook, graded notebooks, feedback.

    What was graded before and has not changed, neither the submission nor its checks, is left as it is.

    Example: [bold]autograder grade ps4 --student alice[/]

    Example: [bold]autograder grade --scheduler tls://10.0.0.1:8786[/]
    """
    from autograder import terminal
    from autograder.feedback import changes, summary
    from autograder.grade import grade as run
    from autograder.workers.pool import Pool

    if no_jail:
        terminal.err.print(
            "[bold red]no jail:[/] student code runs as you do. It can read this course, its checks and solutions,"
            " change the gradebook and other submissions, and use the network. Only for submissions that you have read."
        )
    pool_of: Any = Pool
    if scheduler:
        from autograder.workers.cluster import Cluster

        pool_of = partial(Cluster, scheduler=scheduler)
    with terminal.bar("Grading") as bar:
        outcome = run(
            context.obj,
            problem_sets,
            students=student,
            jobs=jobs,
            confined=not no_jail,
            fresh=fresh,
            dry_run=dry_run,
            pool_of=pool_of,
            started=bar.started,
            advanced=lambda row: bar.advanced(row.student if row else ""),
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
        terminal.error(problem)
    if outcome.left:
        terminal.error(f"stopped with {outcome.left} submissions left; the same command again goes on with them")
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
    """Say whose score grading would change, and why, for example after a check was mended; no result is written.

    Example: [bold]autograder diff ps4[/]
    """
    grade(context, problem_sets, student=student, jobs=jobs, dry_run=True, as_json=as_json)


@verbs.command(rich_help_panel=PANEL)
def formgrader(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of this machine, 127.0.0.1.")] = 8888,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Open nbgrader's formgrader on the course: collect, autograde by this engine, grade by hand, release feedback.

    Example: [bold]autograder formgrader --port 8890 --no-browser[/]
    """
    from autograder import formgrader as server
    from autograder import terminal

    for folder in server.graded_elsewhere(context.obj):
        terminal.error(f"{folder}: graded elsewhere, its HTML is as the student wrote it; run: autograder grade")
    server.serve(context.obj, port, browser=not no_browser)
