"""The parts that the commands share: the application, common options, and printing JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.errors import AutograderError
from autograder.language.staff import ENGLISH, LANGUAGES, list_for_staff, speak_to_staff

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Build, audit and grade an auto-graded PyTorch course.\n\n"
    "Exit codes: 0 success; 1 something is not as it should be; "
    "2 an input cannot be used (the message says which, and what to do).",
)


def _problem_sets(context: typer.Context, incomplete: str) -> list[str]:
    """Complete a problem set's name. Reads course.yml without pydantic, whose import is too slow for completion."""
    try:
        import yaml

        text = (_folder(context) / "course.yml").read_text(encoding="utf-8")
        return [name for name in map(str, yaml.safe_load(text)["problem_sets"]) if name.startswith(incomplete)]
    except Exception:  # completion must not fail, whatever is wrong with the file
        return []


def _students(context: typer.Context, incomplete: str) -> list[str]:
    """Complete a student's id, from the folders in submitted/."""
    try:
        folders = (_folder(context) / "submitted").iterdir()
        return sorted(folder.name for folder in folders if folder.name.startswith(incomplete))
    except OSError:
        return []


def _folder(context: typer.Context) -> Path:
    """Return the course's folder, from a command line that is still being typed."""
    above = context.parent
    return Path((above.params.get("folder") if above else None) or ".")


Sets = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PS]...", help="Problem sets; all in course.yml by default.", autocompletion=_problem_sets),
]
OneSet = Annotated[str, typer.Argument(metavar="PS", help="The problem set.", autocompletion=_problem_sets)]
OneStudent = Annotated[str, typer.Argument(metavar="STUDENT", help="nbgrader's student id.", autocompletion=_students)]
Students = Annotated[list[str] | None, typer.Option("--student", "-s", help="Only this student; can be repeated.")]


def _in_english(as_json: bool) -> bool:
    """Keep sentences English in what programs read."""
    if as_json:
        speak_to_staff(ENGLISH)
    return as_json


def _languages(incomplete: str) -> list[str]:
    return [language for language in LANGUAGES if language.startswith(incomplete)]


Json = Annotated[bool, typer.Option("--json", callback=_in_english, help="Print the result as JSON, in English.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, max=512, help="Worker processes; one per core by default.")
]
Roster = Annotated[
    Path | None,
    typer.Option(metavar="CSV", help="Roster: id, first_name, last_name, email, lms_id; roster.csv by default."),
]


@app.callback()
def _course(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--course", "-C", metavar="DIR", help="The course's folder.")] = Path(),
    language: Annotated[
        str | None,
        typer.Option(
            metavar="LANGUAGE",
            help="Of messages, tables and help for staff, en or zh; that of the environment by default.",
            autocompletion=_languages,
        ),
    ] = None,
) -> None:
    context.obj = folder
    if language and language not in LANGUAGES:
        raise AutograderError(
            "--language {language}: unknown; choose one of: {known}",
            language=language,
            known=list_for_staff(LANGUAGES),
        )
    if language:
        speak_to_staff(language)


def print_json(value: Any) -> None:
    """Print a result as JSON."""
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
