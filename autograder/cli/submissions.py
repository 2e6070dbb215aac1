"""Commands that import submissions, and that export scores and feedback."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import Json, OneSet, Roster, Sets, print_json

PANEL = "Submissions and scores"
verbs = typer.Typer()


@verbs.command(rich_help_panel=PANEL)
def collect(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="ZIP_OR_FOLDER", help="A download from Moodle or Canvas, or a folder.")
    ],
    problem_set: OneSet,
    roster: Roster = None,
    times: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Submission times: id, submitted; or Moodle's grading worksheet."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Import submissions into submitted/, and report on every file.

    Example: [bold]autograder collect ps4-submissions.zip ps4 --roster roster.csv[/]
    """
    from autograder import terminal
    from autograder.lms.collect import collect as run

    report = run(context.obj, source, problem_set, roster_file=roster, times_file=times)
    if as_json:
        print_json(report)
    else:
        alike: dict[tuple[str, str], list[str]] = {}
        for item in report.items:
            if item.outcome == "kept" or (item.outcome == "taken" and item.note):
                alike.setdefault((item.outcome, item.note), []).append(f"{item.student}: {item.file}")
        for (outcome, note), whose in alike.items():
            if len(whose) == 1:
                terminal.say(f"{outcome}: {whose[0]}: {note}")
            else:  # one line for the whole class; --json lists each file
                terminal.say(f"{outcome}: {len(whose)} files, the first {whose[0]}: {note}")
        if report.missing:
            terminal.say(f"nothing from: {', '.join(report.missing)}")
        for line in [*report.unmatched, *report.strangers]:
            terminal.say(terminal.literal(line))
        terminal.say(", ".join(f"{count} {outcome}" for outcome, count in report.counts.items()) or "no files")
    for problem in report.problems:
        terminal.error(problem)
    raise typer.Exit(2 if report.problems else 0)


@verbs.command(rich_help_panel=PANEL)
def extend(
    context: typer.Context,
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="nbgrader's student id.")],
    problem_set: OneSet,
    days: Annotated[float, typer.Option(min=0, max=3650, help="Days after the deadline, at the same time of day.")] = 0,
    hours: Annotated[float, typer.Option(min=0, max=87600, help="Hours after the deadline.")] = 0,
    as_json: Json = False,
) -> None:
    """Extend one student's deadline in nbgrader's gradebook; replaces an earlier extension, and 0 removes it.

    Example: [bold]autograder extend alice ps4 --days 2[/]
    """
    from datetime import timedelta

    from autograder import terminal
    from autograder.lms import extensions

    given = extensions.extend(context.obj, student, problem_set, timedelta(days=days), hours)
    if as_json:
        print_json(given)
    else:
        off = f", {given.penalty:g} points off" if given.penalty else ""
        terminal.say(f"{student} {problem_set}: due {given.deadline:%Y-%m-%d %H:%M %Z}{off}")


@verbs.command(rich_help_panel=PANEL)
def export(
    context: typer.Context,
    problem_sets: Sets = None,
    form: Annotated[str, typer.Option("--format", help="csv, canvas, moodle, or json (one file per student).")] = "csv",
    folder: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="Where to write; the course's exports/ by default.")
    ] = None,
    roster: Roster = None,
    as_json: Json = False,
) -> None:
    """Write the gradebook's scores for Canvas, Moodle or a spreadsheet.

    Example: [bold]autograder export --format canvas[/]
    """
    from autograder import terminal
    from autograder.lms.export import export as run

    done = run(context.obj, form, problem_sets, into=folder, roster_file=roster)
    if as_json:
        print_json(done)
    else:
        terminal.say(f"{done.path}: {done.students} students")
        for line in done.strangers:
            terminal.say(terminal.literal(line))
        if done.waiting:
            terminal.say(f"{done.waiting} submissions still have to be graded by hand")


@verbs.command(rich_help_panel=PANEL)
def move_gradebook(
    context: typer.Context,
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help="An empty PostgreSQL database; its password is read from PGPASSWORD."),
    ],
    as_json: Json = False,
) -> None:
    """Copy every row of the gradebook from SQLite to PostgreSQL, or none. Nobody may grade meanwhile.

    Example: [bold]autograder move-gradebook postgresql+psycopg://ta@db.example.edu/torch101[/]
    """
    from autograder import terminal
    from autograder.gradebook.migration import move

    moved = move(context.obj, url)
    if as_json:
        print_json(moved)
    else:
        terminal.table(("table", "rows"), [(name, str(rows)) for name, rows in moved.rows.items()], right=("rows",))
        terminal.say(f"all rows were copied; the SQLite file is unchanged. Now write in {moved.place}: {moved.line}")


@verbs.command(rich_help_panel=PANEL)
def feedback_zip(
    context: typer.Context,
    problem_set: OneSet,
    like: Annotated[
        Path | None,
        typer.Option(
            metavar="ZIP_OR_FOLDER", help="The download that was collected; the feedback takes its file names."
        ),
    ] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The zip to write; exports/PS-feedback.zip by default.")
    ] = None,
    roster: Roster = None,
    as_json: Json = False,
) -> None:
    """Zip the feedback of a problem set for upload to Moodle or Canvas, with the points and comments given by hand.

    Example: [bold]autograder feedback-zip ps4 --like ps4-submissions.zip[/]
    """
    from autograder import terminal
    from autograder.lms import feedback_zip as packing

    done = packing.pack(context.obj, problem_set, like=like, into=into, roster_file=roster)
    if as_json:
        print_json(done)
    else:
        terminal.say(f"{done.path}: feedback of {done.students} students")
        if done.missing:
            terminal.say(f"no feedback for: {', '.join(done.missing)}")
    for problem in done.problems:
        terminal.error(problem)
    raise typer.Exit(2 if done.problems else 0)


@verbs.command(rich_help_panel=PANEL)
def gradescope(
    context: typer.Context,
    problem_set: OneSet,
    into: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The zip to write; the course's exports/PS-autograder.zip by default."),
    ] = None,
    no_jail: Annotated[
        bool, typer.Option("--no-jail", help="Grade without a jail there: student code can forge its own score.")
    ] = False,
) -> None:
    """Make the autograder.zip of a problem set for Gradescope. It contains the hidden checks: for staff only.

    Example: [bold]autograder gradescope ps4 --into autograder.zip[/]
    """
    from autograder import terminal
    from autograder.lms.gradescope import pack

    target = into or context.obj / "exports" / f"{problem_set}-autograder.zip"
    files = pack(context.obj, problem_set, target, confined=not no_jail)
    terminal.say(f"{target}: {len(files)} files, the hidden checks among them: for staff only")
