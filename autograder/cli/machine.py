"""Commands about this machine: doctor, worker and demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.language.staff import for_staff

from .app import Jobs, Json, print_json

PANEL = "This machine"
verbs = typer.Typer()


@verbs.command(rich_help_panel=PANEL)
def doctor(
    context: typer.Context,
    self_test: Annotated[
        bool,
        typer.Option(
            "--self-test", help="Only run attacks against a jail on this machine, and list which promises hold."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check whether this machine can confine student code, who else can access course and exchange, and what to do.

    Example: [bold]autograder doctor --self-test --json[/]
    """
    from autograder import terminal
    from autograder.course import config
    from autograder.exchange.health import deployment
    from autograder.jail import doctor as examine

    around = []
    if not self_test:
        named = config.load(context.obj).packages if (context.obj / config.FILE).is_file() else ()
        around = [*examine.host(), *examine.packages(named), *deployment(context.obj)]
    results = [*around, *examine.jail(context.obj)]
    if as_json:
        print_json(results)
    else:
        for item in results:
            mark = "[green]✓[/]" if item.ok else "[red]✗[/]"
            name = for_staff(item.name)
            terminal.out.print(f"{mark} {name}" + (f": {item.detail}" if item.detail else ""), soft_wrap=True)
            if not item.ok:
                terminal.out.print(f"    {item.fix}", soft_wrap=True)
    raise typer.Exit(0 if all(item.ok for item in results) else 1)


@verbs.command(rich_help_panel=PANEL)
def worker(
    scheduler: Annotated[str, typer.Argument(metavar="ADDRESS", help="Of the dask scheduler, tcp://… or tls://…")],
    jobs: Jobs = None,
    memory: Annotated[
        str, typer.Option(help="Memory limit of the worker's own process; course.yml limits the jails.")
    ] = "4GiB",
) -> None:
    """Run a dask worker on this machine for autograder grade --scheduler; it holds trusted workers and jails.

    Example: [bold]autograder worker tls://grader.example.edu:8786 --jobs 8[/]
    """
    from autograder.workers.cluster_worker import serve

    serve(scheduler, jobs, memory)


@verbs.command(rich_help_panel=PANEL)
def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--into", metavar="DIR", help="Folder to work in; emptied first.")] = Path(
        "build/demo"
    ),
    jobs: Jobs = None,
) -> None:
    """Build the course, generate honest and hostile submissions, grade them, and compare with the expected scores.

    Example: [bold]autograder demo --into /tmp/demo[/]
    """
    from autograder.demo import run

    raise typer.Exit(0 if run(context.obj, folder, jobs) else 1)
