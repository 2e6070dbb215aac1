"""Translates the help of commands and options into staff's language, and Typer's own words and sentences.

English stands in the commands: it is what docs/cli.md is made of, and the key of the catalogues.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from autograder.language.staff import for_staff, for_staff_noop

_EXAMPLE = for_staff_noop("Example: ")
_SETTINGS = {
    "DEPRECATED_STRING": for_staff_noop("(deprecated) "),
    "DEFAULT_STRING": for_staff_noop("[default: {}]"),
    "ENVVAR_STRING": for_staff_noop("[env var: {}]"),
    "REQUIRED_LONG_STRING": for_staff_noop("[required]"),
    "ARGUMENTS_PANEL_TITLE": for_staff_noop("Arguments"),
    "OPTIONS_PANEL_TITLE": for_staff_noop("Options"),
    "COMMANDS_PANEL_TITLE": for_staff_noop("Commands"),
    "ERRORS_PANEL_TITLE": for_staff_noop("Error"),
    "ABORTED_TEXT": for_staff_noop("Aborted."),
    "RICH_HELP": for_staff_noop("Try [blue]'{command_path} {help_option}'[/] for help."),
}
"""The words that typer.rich_utils has settings for."""
_HELP = for_staff_noop("Show this message and exit.")
_COMPLETION = (
    for_staff_noop("Install completion for the current shell."),
    for_staff_noop("Show completion for the current shell, to copy it or customize the installation."),
)

_USAGE = for_staff_noop("Usage: ")
_SENTENCES = (
    for_staff_noop("Missing command."),
    for_staff_noop("Missing argument {name}."),
    for_staff_noop("Missing option {name}."),
    for_staff_noop("Missing argument {name}. {more}"),
    for_staff_noop("Missing option {name}. {more}"),
    for_staff_noop("No such command {name}."),
    for_staff_noop("No such command {name}. Did you mean {other}?"),
    for_staff_noop("No such option: {name}"),
    for_staff_noop("No such option: {name} (Possible options: {others})"),
    for_staff_noop("Option {name} requires an argument."),
    for_staff_noop("Option {name} does not take a value."),
    for_staff_noop("Got unexpected extra argument(s) ({words})"),
    for_staff_noop("Invalid value for {name}: {more}"),
    for_staff_noop("Input should be a valid integer, unable to parse string as an integer"),
    for_staff_noop("Input should be a valid number, unable to parse string as a number"),
    for_staff_noop("Input should be greater than or equal to {number}"),
    for_staff_noop("Input should be less than or equal to {number}"),
    for_staff_noop("File {path} does not exist."),
    for_staff_noop("Directory {path} does not exist."),
    for_staff_noop("Path {path} does not exist."),
    for_staff_noop("File {path} is a directory."),
    for_staff_noop("Directory {path} is a file."),
    for_staff_noop("File {path} is not readable."),
    for_staff_noop("Directory {path} is not readable."),
    for_staff_noop("Path {path} is not readable."),
)
"""Typer's and pydantic's sentences on a wrong command line; `more` is another one."""


_WORDS = re.compile(r"\s*(?:[（“]*[\u3400-\u9fff][，。；：、）”？]*|(?:(?![\u3400-\u9fff（“])\S)+)\s*")
"""The units between which a line may break: Chinese characters with their punctuation, and words between blanks."""


def translate(command: Any) -> None:
    """Translate the help of a Typer command, of the commands below it and of their options, in place."""
    from rich import _wrap
    from typer import rich_utils

    _wrap.re_word = _WORDS  # rich breaks lines at blanks only, and cuts a sentence without any at the width of a column
    for name, text in _SETTINGS.items():
        setattr(rich_utils, name, for_staff(text))
    _translate_errors(rich_utils)
    for item in _below(command):
        _translate_usage(item)
        item.help = "\n\n".join(map(_translated, _paragraphs(item.help)))
        item.rich_help_panel = for_staff(item.rich_help_panel) if item.rich_help_panel else None
        _translate_options(item)


def _translate_usage(command: Any) -> None:
    made = command.get_usage

    def translated(context: Any) -> str:
        text: str = made(context)
        return f"{for_staff(_USAGE)}{text.removeprefix(_USAGE)}"

    command.get_usage = translated


def _translate_errors(rich_utils: Any) -> None:
    show = rich_utils.rich_format_error

    def translated(error: Any) -> None:
        message = sentence(error.format_message())
        error.format_message = lambda: message
        show(error)

    rich_utils.rich_format_error = translated


def sentence(message: str) -> str:
    """Return one of `_SENTENCES` in staff's language, with its values; any other text as it is."""
    for template in reversed(_SENTENCES):  # the longer ones first
        if found := re.fullmatch(_pattern(template), message, re.DOTALL):
            values = {name: sentence(text) if name == "more" else text for name, text in found.groupdict().items()}
            return for_staff(template, **values)
    return message


def _pattern(template: str) -> str:
    """Return a regular expression of what a template gives."""
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))


def _translate_options(command: Any) -> None:
    for option in command.params:
        if option.help:
            option.help = _translated(option.help)
    made = command.get_help_option  # makes the option --help when it is asked for

    def with_help(context: Any) -> Any:
        option = made(context)
        if option is not None:
            option.help = for_staff(_HELP)
        return option

    command.get_help_option = with_help


def texts_of(command: Any) -> Iterator[str]:
    """Yield what `translate` looks up for the project's own help, in English."""
    for item in _below(command):
        yield from (text for text in _paragraphs(item.help) if not text.startswith(_EXAMPLE))
        if item.rich_help_panel:
            yield item.rich_help_panel
        yield from (option.help for option in item.params if option.help and option.help not in _COMPLETION)


def _below(command: Any) -> Iterator[Any]:
    yield command
    for item in getattr(command, "commands", {}).values():
        yield from _below(item)


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(part.split()) for part in (text or "").split("\n\n") if part.strip()]


def _translated(text: str) -> str:
    if text.startswith(_EXAMPLE):
        return f"{for_staff(_EXAMPLE)}{text.removeprefix(_EXAMPLE)}"
    return for_staff(text)
