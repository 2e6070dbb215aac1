"""The command that audits a course's material."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import Jobs, Json, Sets, print_json
from .course import course_folder


def audit(
    context: typer.Context,
    problem_sets: Sets = None,
    exercise: Annotated[str | None, typer.Option("--exercise", "-e", help="Only this exercise.")] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Only test the checks: each small wrong change to a solution must fail.")
    ] = False,
    diagnoses: Annotated[
        bool,
        typer.Option(
            "--diagnoses", help="With --mutants: also report which a misconception explains, and whether rightly."
        ),
    ] = False,
    marks: Annotated[
        list[Path] | None,
        typer.Option(
            "--marks",
            metavar="FILE",
            help="Only compare with marks given by hand: answers in <problem set>.py, marks in .json of the same name.",
        ),
    ] = None,
    sample: Annotated[
        int,
        typer.Option(
            "--sample",
            metavar="N",
            min=1,
            help="Only one in N of the misconceptions, forbidden calls and cheap answers.",
        ),
    ] = 1,
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """Audit the course's material: solutions earn all points, stubs none, every misconception is caught and named.

    Example: [bold]autograder audit ps4 --exercise dropout --mutants[/]
    """
    folder = course_folder(context)
    from autograder import terminal

    if marks:
        from autograder.release.proofs import hand_marks

        with terminal.bar("Marking") as bar:
            agreement = hand_marks.compare(folder, marks, jobs=jobs, started=bar.started, advanced=bar.advanced)
        if as_json:
            print_json(agreement)
        else:
            hand_marks.show(agreement)
        raise typer.Exit(0)
    if mutants:
        from autograder.release.proofs.mutants import hunt

        with terminal.bar("Trying mutants") as bar:
            tried = hunt(
                folder,
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
                terminal.say_text(f"{survivor.problem_set} {survivor.exercise}: {survivor.operator}\n{survivor.diff}")
            for taken in tried.mistaken:
                terminal.say(
                    "{problem_set} {exercise}: mistaken for a misconception\n{diff}",
                    problem_set=taken.problem_set,
                    exercise=taken.exercise,
                    diff=taken.diff,
                )
            for entry in tried.stale:
                terminal.say_text(f"{entry.problem_set} {entry.exercise}: {entry.text}")
            terminal.say(
                "{mutants} mutants: {killed} killed, {equivalent} equivalent, {survivors} survive; {stale}"
                " entries to remove",
                mutants=tried.mutants,
                killed=tried.killed,
                equivalent=tried.equivalent,
                survivors=len(tried.survivors),
                stale=len(tried.stale),
            )
            if diagnoses:
                terminal.say(
                    "{explained} of the killed are known misconceptions, {explained_by_two} are two at once;"
                    " {mistaken} are explained wrongly",
                    explained=tried.explained,
                    explained_by_two=tried.explained_by_two,
                    mistaken=len(tried.mistaken),
                )
        raise typer.Exit(1 if tried.survivors or tried.stale or tried.mistaken else 0)
    raise typer.Exit(0 if audited(context, problem_sets, exercise, jobs, as_json, sample) else 1)


def audited(
    context: typer.Context,
    problem_sets: list[str] | None,
    exercise: str | None,
    jobs: int | None,
    as_json: bool = False,
    sample: int = 1,
) -> bool:
    """Run the audit and print its findings; return whether there are none."""
    from autograder import terminal
    from autograder.release.proofs.audit import audit as run

    with terminal.bar("Auditing") as bar:
        result = run(
            context.obj,
            problem_sets,
            exercise=exercise,
            sample=sample,
            jobs=jobs,
            started=bar.started,
            advanced=bar.advanced,
        )
    if as_json:
        print_json(result)
    else:
        for item in result.findings:
            terminal.say_text(f"{item.problem_set} {item.exercise}: {item.text}")
        for item in result.crashing:
            terminal.say(
                "note: {problem_set} {exercise}: {text}",
                problem_set=item.problem_set,
                exercise=item.exercise,
                text=item.text,
            )
        terminal.say(
            "{exercises} exercises, {checks} checks, {misconceptions} misconceptions, {ways} other ways,"
            " {forbidden_calls} forbidden calls, {bodies} cheap answers: {failures} failures",
            exercises=result.exercises,
            checks=result.checks,
            misconceptions=result.misconceptions,
            ways=result.ways,
            forbidden_calls=result.forbidden_calls,
            bodies=result.bodies,
            failures=len(result.findings),
        )
    return not result.findings
