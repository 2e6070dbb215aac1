"""What staff make: releases, and the proof that they are good."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.errors import AutograderError

from .app import Jobs, Json, Sets, print_json

PANEL = "Staff"
verbs = typer.Typer()


@verbs.command(rich_help_panel=PANEL)
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


@verbs.command(rich_help_panel=PANEL)
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
            print_json(tried)
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
                    f"{tried.explained} of the killed are known misconceptions,"
                    f" {tried.explained_by_two} are two at once; {len(tried.mistaken)} are taken for what they are not"
                )
        raise typer.Exit(1 if tried.survivors or tried.stale or tried.mistaken else 0)
    from autograder.release.audit import audit as run

    with terminal.bar("Auditing") as bar:
        result = run(
            context.obj, problem_sets, exercise=exercise, jobs=jobs, started=bar.started, advanced=bar.advanced
        )
    if as_json:
        print_json(result)
    else:
        for item in result.findings:
            terminal.say(f"{item.problem_set} {item.exercise}: {item.text}")
        terminal.say(
            f"{result.exercises} exercises, {result.checks} checks, {result.misconceptions} misconceptions,"
            f" {result.forbidden_calls} forbidden calls: {len(result.findings)} failures"
        )
    raise typer.Exit(1 if result.findings else 0)


@verbs.command(rich_help_panel=PANEL)
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
    print_json(schemas[what]())
