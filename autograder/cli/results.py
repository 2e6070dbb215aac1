"""Commands that show results, and that grade one submission again."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.errors import AutograderError
from autograder.language.staff import for_staff, for_staff_noop, list_for_staff

from .app import Json, OneSet, OneStudent, Sets, print_json
from .course import course_folder

PANEL = "Grading"
verbs = typer.Typer()
_COLUMNS = (
    *(for_staff_noop("problem set"), for_staff_noop("due"), for_staff_noop("handed in"), for_staff_noop("graded")),
    *(for_staff_noop("changed"), for_staff_noop("to grade"), for_staff_noop("refused"), for_staff_noop("by hand")),
    for_staff_noop("late"),
)


@verbs.command(rich_help_panel=PANEL)
def status(context: typer.Context, problem_sets: Sets = None, as_json: Json = False) -> None:
    """Show the progress of each problem set: handed in, graded, changed since, refused, to be graded by hand, late.

    Exit codes: 0 every submission is graded; 1 a submission waits for autograder grade, was refused or is in the
    wrong place; 2 course, release or gradebook cannot be read.

    Example: [bold]autograder status ps4[/]
    """
    folder = course_folder(context)
    from autograder import status, terminal

    found = status.status(folder, problem_sets)
    if as_json:
        print_json(found)
    else:
        rows = [
            (item.problem_set, item.due, str(item.submitted), *(str(len(some) or "") for some in item.groups))
            for item in found
        ]
        terminal.table(_COLUMNS, rows, right=_COLUMNS[2:])
        for item in found:
            for student, why in item.refused.items():
                terminal.say_text(terminal.literal(for_staff("refused: {student}: {why}", student=student, why=why)))
            for line in item.exchange:
                left = for_staff("left in the exchange: {problem_set}: {line}", problem_set=item.problem_set, line=line)
                terminal.say_text(terminal.literal(left))
            if item.tomorrow:
                students = list_for_staff(item.tomorrow)
                terminal.say(
                    "{problem_set}: waits for watch-exchange until tomorrow: {students}",
                    problem_set=item.problem_set,
                    students=students,
                )
            if item.submitted and item.missing:
                terminal.say(
                    "{problem_set}: nothing from {students}",
                    problem_set=item.problem_set,
                    students=list_for_staff(item.missing),
                )
        for line in dict.fromkeys(line for item in found for line in [*item.overlooked, *item.not_in_roster]):
            terminal.say_text(terminal.literal(line))
    waits = any(item.changed or item.not_graded or item.refused or item.exchange or item.overlooked for item in found)
    raise typer.Exit(1 if waits else 0)


@verbs.command(rich_help_panel=PANEL)
def show(
    context: typer.Context,
    student: OneStudent,
    problem_set: OneSet,
    exercise: Annotated[str | None, typer.Option("--exercise", "-e", help="Only this exercise, with its code.")] = None,
    as_json: Json = False,
) -> None:
    """Show one verdict: score, checks with their reasons, hints, what was given by hand, and the code that lost points.

    Exit codes: 0 the verdict is up to date; 1 the submission or its checks changed since; 2 there is no verdict.

    Example: [bold]autograder show alice ps4 --exercise dropout[/]
    """
    folder = course_folder(context)
    import msgspec

    from autograder import terminal
    from autograder.feedback import terminal_page
    from autograder.results import folders, freshness, handed_back

    item, setup, state = freshness.submission(folder, student, problem_set)
    if state == "not graded":
        raise AutograderError(
            "{student} {problem_set}: not graded yet; run: autograder grade {problem_set}",
            student=student,
            problem_set=problem_set,
        )
    verdict = folders.read_verdict(folder, student, problem_set)
    if exercise and exercise not in {found.name for found in verdict.exercises}:
        known = list_for_staff(found.name for found in verdict.exercises)
        raise AutograderError(
            "{problem_set}: no exercise {exercise}; its exercises are {known}",
            problem_set=problem_set,
            exercise=exercise,
            known=known,
        )
    with handed_back.opened(folder, setup.course) as handing_back:
        grades = handing_back.grades(student, problem_set)
    if as_json:
        print_json({**msgspec.to_builtins(verdict), "gradebook": grades})
    else:
        terminal_page.show(verdict, item.repaired, setup.release, exercise, grades)
        if state == "changed":
            terminal.say("changed since it was graded: this is the current code with the earlier verdict")
    raise typer.Exit(1 if state == "changed" else 0)


@verbs.command(rich_help_panel=PANEL)
def rerun(context: typer.Context, student: OneStudent, problem_set: OneSet, as_json: Json = False) -> None:
    """Grade one submission again, ignoring earlier results, and print what changed.

    Exit codes: 0 graded, changed or not; 2 it cannot be graded (the message says why).

    Example: [bold]autograder rerun alice ps4[/]
    """
    from autograder import terminal
    from autograder.feedback import changes, summary
    from autograder.grade import grade
    from autograder.results import folders, freshness

    freshness.submission(context.obj, student, problem_set)  # raises an error for a misspelt name
    before = folders.verdict_if_any(context.obj, student, problem_set)
    with terminal.bar("Grading") as bar:
        outcome = grade(
            context.obj,
            [problem_set],
            students=[student],
            jobs=1,
            fresh=True,
            started=bar.started,
            advanced=lambda row: bar.advanced(student),
            begins=bar.in_progress.begins,
            ends=bar.in_progress.ends,
        )
    for problem in [*outcome.problems, *outcome.notices]:
        terminal.error_text(problem)
    if outcome.problems or outcome.left:
        raise typer.Exit(2 if outcome.problems else 130)
    [after] = outcome.verdicts
    found = list(changes.between(before, after))
    if as_json:
        print_json({"changes": found, "verdict": after})
        return
    for change in found:
        was, now = change.shown_before, change.shown_after
        terminal.say_text(terminal.literal(f"{change.exercise}: {was} -> {now}: {change.why}"))
    points = summary.points_in_words(after)
    same = points if found else for_staff("{points}, as before", points=points)
    terminal.say_text(f"{student} {problem_set}: {same}")


@verbs.command(rich_help_panel=PANEL)
def logs(
    context: typer.Context,
    problem_set: Annotated[str | None, typer.Argument(metavar="[PS]", help="Only of this problem set.")] = None,
    student: Annotated[str | None, typer.Option("--student", "-s", help="Only of this student.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Include each submission that was graded without trouble.")
    ] = False,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="The newest entries only, at most this many.")] = 100,
    as_json: Json = False,
) -> None:
    """Show the log of earlier runs of autograder grade: incidents, repairs, refused submissions, errors.

    Exit codes: 0 success, even if the log is empty; 2 the course cannot be read.

    Example: [bold]autograder logs ps4 --student alice[/]
    """
    from autograder import terminal
    from autograder.course import config
    from autograder.results import log

    if problem_set:
        config.chosen(config.load(context.obj), [problem_set])
    entries = [
        entry
        for entry in log.read(context.obj, problem_set, student)
        if everything or student or entry.event != "graded"
    ][-last:]
    if as_json:
        print_json(entries)
        return
    if not entries:
        terminal.say("{path}: no entries", path=log.path_of(context.obj))
    for entry in entries:
        whose = " ".join(filter(None, (entry.student, entry.problem_set)))
        when = f"{entry.time.astimezone():%Y-%m-%d %H:%M:%S}"
        terminal.say_text(
            terminal.literal(f"{when}  {for_staff(entry.event):<8}  {whose + ': ' if whose else ''}{entry.text}")
        )
        for line in entry.traceback.splitlines():
            terminal.say_text(terminal.literal(f"    {line}"))
