"""Commands that import submissions, and that export scores and feedback."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.language.staff import for_staff, for_staff_noop, list_for_staff

from .app import Json, OneSet, Roster, Sets, print_json
from .course import course_folder

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
                terminal.say_text(f"{for_staff(outcome)}: {whose[0]}: {note}")
            else:  # one line for the whole class; --json lists each file
                terminal.say(
                    "{outcome}: {count} files, the first {first}: {note}",
                    outcome=for_staff(outcome),
                    count=len(whose),
                    first=whose[0],
                    note=note,
                )
        if report.missing:
            terminal.say("nothing from: {students}", students=list_for_staff(report.missing))
        for line in [*report.unmatched, *report.not_in_roster]:
            terminal.say_text(terminal.literal(line))
        counts = [
            for_staff("{count} {outcome}", count=count, outcome=for_staff(outcome))
            for outcome, count in report.counts.items()
        ]
        terminal.say_text(list_for_staff(counts) or for_staff("no files"))
    for problem in report.problems:
        terminal.error_text(problem)
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
        due = for_staff("due {deadline}", deadline=f"{given.deadline:%Y-%m-%d %H:%M %Z}")
        if given.penalty:
            due = for_staff("{due}, {points:g} points off", due=due, points=given.penalty)
        terminal.say_text(f"{student} {problem_set}: {due}")


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
    course = course_folder(context)
    from autograder import terminal
    from autograder.lms.export import export as run

    done = run(course, form, problem_sets, into=folder, roster_file=roster)
    if as_json:
        print_json(done)
    else:
        terminal.say("{path}: {students} students", path=done.path, students=done.students)
        for line in done.not_in_roster:
            terminal.say_text(terminal.literal(line))
        if done.waiting:
            terminal.say("{count} submissions still have to be graded by hand", count=done.waiting)


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
        columns = for_staff_noop("table"), for_staff_noop("rows")
        terminal.table(columns, [(name, str(rows)) for name, rows in moved.rows.items()], right=columns[1:])
        terminal.say(
            "all rows were copied; the SQLite file is unchanged. Now write in {place}: {line}",
            place=moved.place,
            line=moved.line,
        )


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
        terminal.say("{path}: feedback of {students} students", path=done.path, students=done.students)
        if done.missing:
            terminal.say("no feedback for: {students}", students=list_for_staff(done.missing))
    for problem in done.problems:
        terminal.error_text(problem)
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
    terminal.say(
        "{target}: {count} files, the hidden checks among them: for staff only", target=target, count=len(files)
    )
