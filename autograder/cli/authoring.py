"""Commands for authors: create, build, audit and release problem sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.errors import AutograderError

from .app import Jobs, Json, OneSet, Sets, print_json

PANEL = "Staff"
verbs = typer.Typer()


@verbs.command(rich_help_panel=PANEL)
def build(
    context: typer.Context,
    problem_sets: Sets = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail if assignments/ is out of date.")
    ] = False,
    language: Annotated[str | None, typer.Option(help="Of the prose, en or zh, in place of course.yml's.")] = None,
) -> None:
    """Build the releases in assignments/ from solutions/.

    Example: [bold]autograder build ps4 --language zh[/]
    """
    from autograder import terminal
    from autograder.course import config, handouts
    from autograder.gradebook.points import Repointed
    from autograder.jail.doctor import packages
    from autograder.notebook.handout_names import size
    from autograder.release import build as maker
    from autograder.release.proofs.setup_cells import Trial
    from autograder.release.unfinished import gaps

    if check:
        stale = maker.out_of_step(context.obj, problem_sets)
        for name in stale:
            terminal.error(f"assignments/{name}: out of date with solutions/{name}; run: autograder build {name}")
        raise typer.Exit(1 if stale else 0)

    def made(name: str) -> None:
        terminal.say(f"assignments/{name}/{name}.ipynb")
        for item in handouts.of(context.obj, name):
            terminal.say(f"assignments/{name}/{item.name} ({size(item.size)})")
        if left := {gap.exercise for gap in gaps(context.obj, name)}:
            terminal.say(f"  unfinished: {', '.join(sorted(left))}; autograder audit {name} names what to fill in")

    def repointed(change: Repointed) -> None:
        for line in change.lines():
            terminal.say(f"  {line}")

    with Trial(context.obj) as trial:
        maker.build(
            context.obj,
            problem_sets,
            language=language,
            report=made,
            repointed=repointed,
            tried=trial.refuse_failing,
        )
    for item in packages(config.load(context.obj).packages):
        if not item.ok:
            terminal.error(f"{config.FILE}: {item.name}: not installed here, so that nothing can be graded; {item.fix}")
    if trial.unavailable:
        terminal.say(f"note: the set-up cells were not tried, since {trial.unavailable}")


@verbs.command(rich_help_panel=PANEL)
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
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """Audit the course's material: solutions earn all points, stubs none, every misconception is caught and named.

    Example: [bold]autograder audit ps4 --exercise dropout --mutants[/]
    """
    from autograder import terminal

    if marks:
        from autograder.release.proofs.hand_marks import compare

        with terminal.bar("Marking") as bar:
            agreement = compare(context.obj, marks, jobs=jobs, started=bar.started, advanced=bar.advanced)
        if as_json:
            print_json(agreement)
        else:
            for one in agreement.answers:
                said = f" ({one.explanation})" if one.explanation else ""
                points = f"{one.by_hand:g} by hand, {one.by_engine:g} by the engine, of {one.of:g}"
                terminal.say(f"{one.problem_set} {one.title}: {points}{said}")
            terminal.say(
                f"{len(agreement.answers)} answers: the mean difference is {agreement.mean_apart:.1%} of the points,"
                f" the largest {agreement.farthest:.0%}; correlation {agreement.correlation:.2f};"
                f" the mean difference between markers is {agreement.markers_apart:.1%}"
            )
        raise typer.Exit(0)
    if mutants:
        from autograder.release.proofs.mutants import hunt

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
                terminal.say(f"{taken.problem_set} {taken.exercise}: mistaken for a misconception\n{taken.diff}")
            for entry in tried.stale:
                terminal.say(f"{entry.problem_set} {entry.exercise}: {entry.text}")
            terminal.say(
                f"{tried.mutants} mutants: {tried.killed} killed, {tried.equivalent} equivalent,"
                f" {len(tried.survivors)} survive; {len(tried.stale)} entries to remove"
            )
            if diagnoses:
                terminal.say(
                    f"{tried.explained} of the killed are known misconceptions,"
                    f" {tried.explained_by_two} are two at once; {len(tried.mistaken)} are explained wrongly"
                )
        raise typer.Exit(1 if tried.survivors or tried.stale or tried.mistaken else 0)
    raise typer.Exit(0 if _audited(context, problem_sets, exercise, jobs, as_json) else 1)


def _audited(
    context: typer.Context,
    problem_sets: list[str] | None,
    exercise: str | None,
    jobs: int | None,
    as_json: bool = False,
) -> bool:
    """Run the audit and print its findings; return whether there are none."""
    from autograder import terminal
    from autograder.release.proofs.audit import audit as run

    with terminal.bar("Auditing") as bar:
        result = run(
            context.obj, problem_sets, exercise=exercise, jobs=jobs, started=bar.started, advanced=bar.advanced
        )
    if as_json:
        print_json(result)
    else:
        for item in result.findings:
            terminal.say(f"{item.problem_set} {item.exercise}: {item.text}")
        for item in result.crashing:
            terminal.say(f"note: {item.problem_set} {item.exercise}: {item.text}")
        terminal.say(
            f"{result.exercises} exercises, {result.checks} checks, {result.misconceptions} misconceptions,"
            f" {result.ways} other ways, {result.forbidden_calls} forbidden calls, {result.bodies} cheap answers:"
            f" {len(result.findings)} failures"
        )
    return not result.findings


@verbs.command(rich_help_panel=PANEL)
def preview(
    context: typer.Context,
    problem_set: OneSet,
    language: Annotated[str | None, typer.Option(help="Of the prose, en or zh, in place of course.yml's.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write a release as a single HTML page, without releasing it, and print the page's path.

    Example: [bold]autograder preview ps4 --language zh --open[/]
    """
    from autograder import terminal
    from autograder.release.preview import preview as write

    path = write(context.obj, problem_set, language)
    terminal.say(str(path))
    if open_it:
        typer.launch(path.resolve().as_uri())


@verbs.command(rich_help_panel=PANEL)
def release(
    context: typer.Context,
    problem_set: OneSet,
    no_exchange: Annotated[
        bool, typer.Option("--no-exchange", help="Only build and audit; the release is left in assignments/.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the release in the exchange; students who fetched it keep theirs.")
    ] = False,
    into: Annotated[
        Path | None,
        typer.Option("--zip", metavar="FILE", help="Also write what students get to a zip, for Moodle or Canvas."),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Build and audit a problem set, and release it to students through nbgrader's exchange.

    Exit codes: 0 released; 1 the audit failed, and nothing was released; 2 an input cannot be used.

    Example: [bold]autograder release ps4[/]
    """
    from autograder import terminal
    from autograder.exchange.nbgrader_exchange import Exchange
    from autograder.release import student_zip

    exchange = None if no_exchange else Exchange(context.obj, "; --no-exchange does without")
    if exchange and not force:
        exchange.refuse_if_released(problem_set)
    build(context, [problem_set])
    if not _audited(context, [problem_set], None, jobs):
        terminal.error(f"{problem_set}: not released, since the audit failed; fix the findings above")
        raise typer.Exit(1)
    if into:
        for packed in student_zip.pack(context.obj, problem_set, into):
            terminal.say(f"{into}: {packed}")
    if exchange:
        terminal.say(f"{exchange.release(problem_set, force=force) or problem_set}: released")


new = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Create a problem set or an exercise from a template; lines to fill in are marked TODO.\n\n"
    "Example: [bold]autograder new exercise ps4 softplus --reference torch.nn.functional.softplus[/]",
)
verbs.add_typer(new, name="new", rich_help_panel=PANEL)


@new.command("problem-set")
def new_problem_set(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as ps9.")],
    title: Annotated[str | None, typer.Option(help="The title that students see; the name by default.")] = None,
) -> None:
    """Create a problem set: its entry in course.yml, and its files.

    Example: [bold]autograder new problem-set ps9 --title "Diffusion"[/]
    """
    from autograder import terminal
    from autograder.release import new as begin

    for path in begin.problem_set(context.obj, name, title).paths:
        terminal.say(str(path))
    terminal.say(f"next: autograder new exercise {name} NAME --reference torch.…; set due: in course.yml")


@new.command("exercise")
def new_exercise(
    context: typer.Context,
    problem_set: OneSet,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The function that students write.")],
    reference: Annotated[
        str | None,
        typer.Option(metavar="TORCH", help="The torch function to compare with, such as torch.nn.functional.softplus."),
    ] = None,
) -> None:
    """Create an exercise: prose, stub, examples, hidden checks and misconceptions; lines to fill in are marked TODO.

    Example: [bold]autograder new exercise ps4 softplus --reference torch.nn.functional.softplus[/]
    """
    from autograder import terminal
    from autograder.release import new as begin

    begun = begin.exercise(context.obj, problem_set, name, reference)
    for path in begun.paths:
        terminal.say(str(path))
    for remark in begun.remarks:
        terminal.say(f"note: {remark}")
    terminal.say(
        f"{len(begun.gaps)} lines to fill in; autograder audit {problem_set} -e {name} lists those that are left:"
    )
    for gap in begun.gaps:
        terminal.say(f"  {gap}")


@verbs.command(rich_help_panel=PANEL)
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    title: Annotated[str, typer.Option(help="The course's title, as students see it.")] = "A course with PyTorch",
) -> None:
    """Create a new course in a folder of its own, with one exercise as an example.

    Example: [bold]autograder init ~/vision --title "Computer vision"[/]
    """
    from autograder import terminal
    from autograder.release import new_course

    for path in new_course.init(folder, title):
        terminal.say(str(path))
    terminal.say(f"next: cd {folder} && make test; README.md explains the rest")


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
    from autograder.model import verdict

    schemas = {"course": config.schema, "verdict": verdict.schema}
    if what not in schemas:
        raise AutograderError(f"schema {what}: unknown; choose one of: {', '.join(schemas)}")
    print_json(schemas[what]())
