"""Commands for authors: create, build, audit and release problem sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.errors import AutograderError
from autograder.language.staff import for_staff, list_for_staff

from . import auditing
from .app import Jobs, Json, OneSet, Sets, print_json
from .course import course_folder

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
    folder = course_folder(context)
    from autograder import terminal
    from autograder.course import config, handouts
    from autograder.gradebook.points import Repointed
    from autograder.jail.doctor import packages
    from autograder.notebook.handout_names import size
    from autograder.release import build as maker
    from autograder.release.proofs.setup_cells import Trial
    from autograder.release.unfinished import gaps

    if check:
        stale = maker.out_of_step(folder, problem_sets)
        for name in stale:
            terminal.error(
                "assignments/{name}: out of date with solutions/{name}; run: autograder build {name}", name=name
            )
        raise typer.Exit(1 if stale else 0)

    def made(name: str) -> None:
        terminal.say_text(f"assignments/{name}/{name}.ipynb")
        for item in handouts.of(folder, name):
            terminal.say_text(f"assignments/{name}/{item.name} ({size(item.size)})")
        if left := {gap.exercise for gap in gaps(folder, name)}:
            terminal.say(
                "  unfinished: {names}; autograder audit {name} names what to fill in",
                names=list_for_staff(sorted(left)),
                name=name,
            )

    def repointed(change: Repointed) -> None:
        for line in change.lines():
            terminal.say_text(f"  {line}")

    with Trial(folder) as trial:
        maker.build(
            folder,
            problem_sets,
            language=language,
            report=made,
            repointed=repointed,
            tried=trial.refuse_failing,
        )
    for item in packages(config.load(folder).packages):
        if not item.ok:
            terminal.error(
                "{file}: {name}: not installed here, so that nothing can be graded; {fix}",
                file=config.FILE,
                name=item.name,
                fix=item.fix,
            )
    if trial.unavailable:
        terminal.say("note: the set-up cells were not tried, since {why}", why=trial.unavailable)


verbs.command(rich_help_panel=PANEL)(auditing.audit)


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
    folder = course_folder(context)
    from autograder import terminal
    from autograder.release.preview import preview as write

    path = write(folder, problem_set, language)
    terminal.say_text(str(path))
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
    folder = course_folder(context)
    from autograder import terminal
    from autograder.exchange.nbgrader_exchange import Exchange
    from autograder.release import student_zip

    exchange = None if no_exchange else Exchange(folder, for_staff("; --no-exchange does without"))
    if exchange and not force:
        exchange.refuse_if_released(problem_set)
    build(context, [problem_set])
    if not auditing.audited(context, [problem_set], None, jobs):
        terminal.error(
            "{problem_set}: not released, since the audit failed; fix the findings above", problem_set=problem_set
        )
        raise typer.Exit(1)
    if into:
        for packed in student_zip.pack(folder, problem_set, into):
            terminal.say_text(f"{into}: {packed}")
    if exchange:
        terminal.say("{problem_set}: released", problem_set=exchange.release(problem_set, force=force) or problem_set)


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
    folder = course_folder(context)
    from autograder import terminal
    from autograder.release import new as begin

    for path in begin.problem_set(folder, name, title).paths:
        terminal.say_text(str(path))
    terminal.say("next: autograder new exercise {name} NAME --reference torch.…; set due: in course.yml", name=name)


@new.command("exercise")
def new_exercise(
    context: typer.Context,
    problem_set: OneSet,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The function or class that students write.")],
    reference: Annotated[
        str | None,
        typer.Option(metavar="TORCH", help="The torch function to compare with, such as torch.nn.functional.softplus."),
    ] = None,
) -> None:
    """Create an exercise: prose, stub, examples, hidden checks and misconceptions; lines to fill in are marked TODO.

    Without --reference, a name that begins with a capital letter, such as WeightAverage, creates a class.

    Example: [bold]autograder new exercise ps4 softplus --reference torch.nn.functional.softplus[/]
    """
    folder = course_folder(context)
    from autograder import terminal
    from autograder.release import new as begin

    begun = begin.exercise(folder, problem_set, name, reference)
    for path in begun.paths:
        terminal.say_text(str(path))
    for remark in begun.remarks:
        terminal.say("note: {remark}", remark=remark)
    terminal.say(
        "{count} lines to fill in; autograder audit {problem_set} -e {name} lists those that are left:",
        count=len(begun.gaps),
        problem_set=problem_set,
        name=name,
    )
    for gap in begun.gaps:
        terminal.say_text(f"  {gap}")


@verbs.command(rich_help_panel=PANEL)
def adopt(
    context: typer.Context,
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...",
            help="Source notebooks of nbgrader or otter-grader, folders with some, or a course with source/.",
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="The problem set's name; by default the folder's. For one notebook only.")
    ] = None,
    jobs: Jobs = None,
    as_json: Json = False,
) -> None:
    """Take over source notebooks of nbgrader and otter-grader as problem sets: each cell of tests as a hidden check.

    The checks run outside the student's process. The solution and the stub of each notebook are graded in the jail.
    A cell of tests that cannot be translated, or that the solution fails there, is named with the reason, and stays
    as a visible example without points.

    Example: [bold]autograder adopt ~/course/source/ps1[/]
    """
    folder = course_folder(context)
    from autograder import terminal
    from autograder.adopt import adopt as adoption
    from autograder.adopt import report

    paths = adoption.notebooks(sources)
    if name and len(paths) > 1:
        raise AutograderError(
            "--name {name}: {count} notebooks are given; give one, or leave --name out", name=name, count=len(paths)
        )
    done: list[adoption.Adopted] = []
    failed: list[str] = []
    with terminal.bar("Adopting") as bar:
        bar.started(len(paths))
        for path in paths:
            try:
                done.append(adoption.adopt(folder, path, name=name, jobs=jobs))
            except AutograderError as error:
                failed.append(str(error))
            bar.advanced(path.stem)
    if as_json:
        print_json({"adopted": done, "problems": failed})
    else:
        report.show(done)
    for problem in failed:
        terminal.error_text(problem)
    if done and not as_json:
        terminal.say(
            "next: autograder build {names}; autograder audit; docs/adopting.md",
            names=" ".join(item.problem_set for item in done),
        )
    raise typer.Exit(1 if failed else 0)


@verbs.command(rich_help_panel=PANEL)
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    title: Annotated[str, typer.Option(help="The course's title, as students see it.")] = "A course with PyTorch",
    language: Annotated[str, typer.Option(help="Of what students are told, en or zh.")] = "en",
    packages: Annotated[
        list[str] | None,
        typer.Option("--package", metavar="NAME", help="A package that notebooks import, such as pandas; repeatable."),
    ] = None,
    gradebook: Annotated[
        str, typer.Option(metavar="URL", help="Of a PostgreSQL database, postgresql+psycopg://user@host/name.")
    ] = "",
) -> None:
    """Create a new course in a folder of its own: two exercises, a file of data, a helper module, a written question.

    Example: [bold]autograder init ~/vision --title "Computer vision" --package torchvision[/]
    """
    from autograder import terminal
    from autograder.release import new_course

    for path in new_course.init(folder, title, language=language, packages=packages or (), gradebook=gradebook):
        terminal.say_text(str(path))
    terminal.say("next: cd {folder} && make test; README.md explains the rest", folder=folder)


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
        raise AutograderError(
            "schema {what}: unknown; choose one of: {known}", what=what, known=list_for_staff(schemas)
        )
    print_json(schemas[what]())
