"""The command line: one function a verb, and the one place where errors are printed. The work is done elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.errors import AutograderError

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Builds, grades and proves an auto-graded PyTorch course.\n\n"
    "Exit codes: 0 all is well; 1 something differs from what it must be; "
    "2 an input cannot be used (the line says which, and what to do).",
)

Sets = Annotated[
    list[str] | None, typer.Argument(metavar="[PS]...", help="Problem sets; all of course.yml by default.")
]
OneSet = Annotated[str, typer.Argument(metavar="PS", help="The problem set.")]
Students = Annotated[list[str] | None, typer.Option("--student", "-s", help="Only this student; may be repeated.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, max=512, help="Worker processes; one a core by default.")
]
Roster = Annotated[
    Path | None,
    typer.Option(metavar="CSV", help="The students: id, first_name, last_name, email, lms_id; roster.csv by default."),
]


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


@app.callback()
def _course(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--course", "-C", metavar="DIR", help="The course's folder.")] = Path(),
) -> None:
    context.obj = folder


@app.command()
def build(
    context: typer.Context,
    problem_sets: Sets = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail where assignments/ is out of step.")
    ] = False,
    language: Annotated[str | None, typer.Option(help="Of the prose, en or zh, in place of course.yml's.")] = None,
) -> None:
    """Make the releases in assignments/ from solutions/.

    Example: [bold]autograder build ps4 --language zh[/]
    """
    from autograder import terminal
    from autograder.release import build as maker

    if check:
        stale = maker.out_of_step(context.obj, problem_sets)
        for name in stale:
            terminal.error(f"assignments/{name}: is not what solutions/{name} gives; run: autograder build {name}")
        raise typer.Exit(1 if stale else 0)
    maker.build(
        context.obj,
        problem_sets,
        language=language,
        report=lambda name: terminal.say(f"assignments/{name}/{name}.ipynb"),
    )


@app.command()
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
    as_json: Json = False,
) -> None:
    """Grade what stands in submitted/: verdicts, nbgrader's gradebook, graded notebooks, feedback.

    What was graded before and has not changed, neither the submission nor its checks, is left as it is.

    Example: [bold]autograder grade ps4 --student alice[/]
    """
    from autograder import terminal
    from autograder.grade import grade as run
    from autograder.reports import changes, summary

    if no_jail:
        terminal.err.print(
            "[bold red]no jail:[/] student code runs as you do. It can read this course, its checks and solutions,"
            " change the gradebook and other submissions, and use the network. Only for submissions that you have read."
        )
    with terminal.bar("Grading") as bar:
        outcome = run(
            context.obj,
            problem_sets,
            students=student,
            jobs=jobs,
            confined=not no_jail,
            fresh=fresh,
            dry_run=dry_run,
            started=bar.started,
            advanced=lambda row: bar.advanced(row.student if row else ""),
        )
    if as_json and dry_run:
        _print_json({"changes": outcome.changes, "problems": outcome.problems})
    elif as_json:
        _print_json({"verdicts": outcome.verdicts, "problems": outcome.problems})
    elif dry_run:
        changes.show(outcome.changes)
    else:
        summary.show(outcome.rows)
    for problem in outcome.problems:
        terminal.error(problem)
    if outcome.left:
        terminal.error(f"stopped with {outcome.left} submissions left; the same command again goes on with them")
        raise typer.Exit(130)
    raise typer.Exit(2 if outcome.problems else 0)


@app.command()
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


@app.command()
def formgrader(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of this machine, 127.0.0.1.")] = 8888,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Open nbgrader's formgrader on the course: collect, autograde by this engine, grade by hand, release feedback.

    Example: [bold]autograder formgrader --port 8890 --no-browser[/]
    """
    from autograder import terminal
    from autograder.gradebook import formgrader as server

    for folder in server.graded_elsewhere(context.obj):
        terminal.error(f"{folder}: graded elsewhere, its HTML is as the student wrote it; run: autograder grade")
    server.serve(context.obj, port, browser=not no_browser)


@app.command()
def collect(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="ZIP_OR_FOLDER", help="What came from Moodle, Canvas or a disk.")],
    problem_set: OneSet,
    roster: Roster = None,
    times: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="When each student handed in: id, submitted; or Moodle's grading worksheet."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take submissions from elsewhere into submitted/, and account for every file.

    Example: [bold]autograder collect ps4-submissions.zip ps4 --roster roster.csv[/]
    """
    from autograder import terminal
    from autograder.gradebook.collect import collect as run

    report = run(context.obj, source, problem_set, roster_file=roster, times_file=times)
    if as_json:
        _print_json(report)
    else:
        for item in report.items:
            if item.outcome == "kept" or (item.outcome == "taken" and item.note):
                terminal.say(f"{item.outcome}: {item.student}: {item.file}: {item.note}")
        if report.missing:
            terminal.say(f"nothing from: {', '.join(report.missing)}")
        terminal.say(", ".join(f"{count} {outcome}" for outcome, count in report.counts.items()) or "no files")
    for problem in report.problems:
        terminal.error(problem)
    raise typer.Exit(2 if report.problems else 0)


@app.command()
def extend(
    context: typer.Context,
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="nbgrader's student id.")],
    problem_set: OneSet,
    days: Annotated[float, typer.Option(min=0, max=3650, help="Days on top of the deadline.")] = 0,
    hours: Annotated[float, typer.Option(min=0, max=87600, help="Hours on top of the deadline.")] = 0,
    as_json: Json = False,
) -> None:
    """Give one student more time, in nbgrader's gradebook; it takes the place of an earlier extension, 0 ends one.

    Example: [bold]autograder extend alice ps4 --days 2[/]
    """
    from datetime import timedelta

    from autograder import terminal
    from autograder.gradebook import late

    given = late.extend(context.obj, student, problem_set, timedelta(days=days, hours=hours))
    if as_json:
        _print_json(given)
    else:
        off = f", {given.penalty:g} points off" if given.penalty else ""
        terminal.say(f"{student} {problem_set}: due {given.deadline:%Y-%m-%d %H:%M %Z}{off}")


@app.command()
def export(
    context: typer.Context,
    problem_sets: Sets = None,
    form: Annotated[str, typer.Option("--format", help="csv, canvas, moodle, or json (a file a student).")] = "csv",
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
    from autograder.gradebook.export import export as run

    done = run(context.obj, form, problem_sets, into=folder, roster_file=roster)
    if as_json:
        _print_json(done)
    else:
        terminal.say(f"{done.path}: {done.students} students")
        if done.waiting:
            terminal.say(f"{done.waiting} submissions still wait for a grade by hand")


@app.command()
def feedback_zip(
    context: typer.Context,
    problem_set: OneSet,
    like: Annotated[
        Path | None,
        typer.Option(metavar="ZIP_OR_FOLDER", help="The download that was collected: its names lead feedback back."),
    ] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The zip to write; exports/PS-feedback.zip by default.")
    ] = None,
    roster: Roster = None,
    as_json: Json = False,
) -> None:
    """Zip the feedback of a problem set for upload to Moodle or Canvas.

    Example: [bold]autograder feedback-zip ps4 --like ps4-submissions.zip[/]
    """
    from autograder import terminal
    from autograder.gradebook import feedback_zip as packing

    done = packing.pack(context.obj, problem_set, like=like, into=into, roster_file=roster)
    if as_json:
        _print_json(done)
    else:
        terminal.say(f"{done.path}: feedback of {done.students} students")
        if done.missing:
            terminal.say(f"no feedback for: {', '.join(done.missing)}")


@app.command()
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
    """Make the autograder.zip of a problem set for Gradescope. It holds the hidden checks: for staff only.

    Example: [bold]autograder gradescope ps4 --into autograder.zip[/]
    """
    from autograder import terminal
    from autograder.gradebook.gradescope import pack

    target = into or context.obj / "exports" / f"{problem_set}-autograder.zip"
    files = pack(context.obj, problem_set, target, confined=not no_jail)
    terminal.say(f"{target}: {len(files)} files, the hidden checks among them: for staff only")


@app.command()
def audit(
    context: typer.Context,
    problem_sets: Sets = None,
    exercise: Annotated[str | None, typer.Option("--exercise", "-e", help="Only this exercise.")] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Only prove the checks: each small wrong change to a solution must fail.")
    ] = False,
    diagnoses: Annotated[
        bool,
        typer.Option("--diagnoses", help="With --mutants: also see which a misconception explains, and if rightly."),
    ] = False,
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """Prove the course's own material: solutions earn all, stubs nothing, every misconception is caught and named.

    Example: [bold]autograder audit ps4 --exercise dropout --mutants[/]
    """
    from autograder import terminal

    if mutants:
        from autograder.release.mutants import hunt

        with terminal.bar("Trying mutants") as bar:
            tried = hunt(
                context.obj,
                problem_sets,
                exercise=exercise,
                jobs=jobs,
                diagnose=diagnoses,
                started=bar.started,
                advanced=bar.advanced,
            )
        if as_json:
            _print_json(tried)
        else:
            for survivor in tried.survivors:
                terminal.say(f"{survivor.problem_set} {survivor.exercise}: {survivor.operator}\n{survivor.diff}")
            for taken in tried.mistaken:
                terminal.say(f"{taken.problem_set} {taken.exercise}: taken for a misconception\n{taken.diff}")
            for entry in tried.stale:
                terminal.say(f"{entry.problem_set} {entry.exercise}: {entry.text}")
            terminal.say(
                f"{tried.mutants} mutants: {tried.killed} killed, {tried.equivalent} equivalent,"
                f" {len(tried.survivors)} survive; {len(tried.stale)} entries to take out"
            )
            if diagnoses:
                terminal.say(
                    f"{tried.explained} of the killed are known misconceptions; {len(tried.mistaken)} are taken for one"
                )
        raise typer.Exit(1 if tried.survivors or tried.stale or tried.mistaken else 0)
    from autograder.release.audit import audit as run

    with terminal.bar("Auditing") as bar:
        result = run(
            context.obj, problem_sets, exercise=exercise, jobs=jobs, started=bar.started, advanced=bar.advanced
        )
    if as_json:
        _print_json(result)
    else:
        for item in result.findings:
            terminal.say(f"{item.problem_set} {item.exercise}: {item.text}")
        terminal.say(
            f"{result.exercises} exercises, {result.checks} checks, {result.misconceptions} misconceptions,"
            f" {result.forbidden_calls} forbidden calls: {len(result.findings)} failures"
        )
    raise typer.Exit(1 if result.findings else 0)


@app.command()
def doctor(
    context: typer.Context,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Only attack a jail on this machine; each promise is kept or not.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say whether this machine can confine student code, and what to do where it cannot.

    Example: [bold]autograder doctor --self-test --json[/]
    """
    from autograder import terminal
    from autograder.jail import doctor as examine

    findings = [*([] if self_test else examine.host()), *examine.jail(context.obj)]
    if as_json:
        _print_json(findings)
    else:
        for item in findings:
            mark = "[green]✓[/]" if item.ok else "[red]✗[/]"
            terminal.out.print(f"{mark} {item.name}" + (f": {item.detail}" if item.detail else ""), soft_wrap=True)
            if not item.ok:
                terminal.out.print(f"    {item.fix}", soft_wrap=True)
    raise typer.Exit(0 if all(item.ok for item in findings) else 1)


@app.command()
def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--into", metavar="DIR", help="Where to work; emptied first.")] = Path(
        "build/demo"
    ),
    jobs: Jobs = None,
) -> None:
    """Release the course, make a class of honest and hostile submissions, grade it, and compare with what is expected.

    Example: [bold]autograder demo --into /tmp/demo[/]
    """
    from autograder.demo import run

    raise typer.Exit(0 if run(context.obj, folder, jobs) else 1)


@app.command()
def schema(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="course (course.yml) or verdict (verdicts/<ps>/<student>.json).")
    ],
) -> None:
    """Print the JSON schema of a file.

    Example: [bold]autograder schema verdict[/]
    """
    from autograder.course import config
    from autograder.grading import verdict

    schemas = {"course": config.schema, "verdict": verdict.schema}
    if what not in schemas:
        raise AutograderError(f"schema {what}: there is {' and '.join(schemas)}")
    _print_json(schemas[what]())


def _print_json(value: Any) -> None:
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


if __name__ == "__main__":
    main()
