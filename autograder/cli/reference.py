"""Generates docs/cli.md, the command reference, from the commands' help: `python -m autograder.cli.reference`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from typer.main import get_command

from .app import app

PATH = Path("docs/cli.md")
_HEAD = """\
# Commands

<!-- Generated from the commands' help by: python -m autograder.cli.reference -->

`autograder --course DIR`, or `-C DIR`, before the command sets the course's folder; the default is the current one.
`autograder --language zh` before the command sets the [language](languages.md) of messages, instead of the
environment's.
`autograder --install-completion` adds completion of commands, problem sets and students to your shell. Unless a
command says otherwise, exit codes are 0 (success), 1 (something is not as it should be), and 2 (an input cannot be
used; the message says which, and what to do).
"""
_EXAMPLE = re.compile(r"^Example: \[bold\](.*)\[/\]$", re.M)


def page() -> str:
    """Return the reference, as Markdown."""
    parts: dict[str, list[str]] = {}
    for panel, name, command in _commands("autograder", get_command(app)):
        parts.setdefault(panel, []).append(_section(name, command))
    return _HEAD + "".join(f"\n## {panel}\n" + "".join(sections) for panel, sections in parts.items())


def _commands(name: str, command: Any, panel: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield the panel, full name and command, in the order of `autograder --help`."""
    panel = panel or str(getattr(command, "rich_help_panel", None) or "")
    if not hasattr(command, "commands"):
        yield panel or "More", name, command
        return
    for word, below in command.commands.items():
        yield from _commands(f"{name} {word}", below, panel)


def _section(name: str, command: Any) -> str:
    help_text = command.help or ""
    arguments = [item for item in command.params if not item.opts[0].startswith("-")]
    options = [item for item in command.params if item not in arguments and item.name != "help"]
    usage = " ".join([name, *(_argument(item) for item in arguments)])
    text = "\n\n".join(" ".join(part.split()) for part in _EXAMPLE.sub("", help_text).split("\n\n") if part.strip())
    lines = ["", f"### {name}", "", text.replace("<", "&lt;"), "", "```sh", *_EXAMPLE.findall(help_text), "```", ""]
    rows = [(_argument(item), item.help or "") for item in arguments]
    rows += [(", ".join([*item.opts, *item.secondary_opts]) + _value(item), _described(item)) for item in options]
    lines += [f"`{usage}`", ""]
    if rows:
        lines += ["| | |", "|---|---|", *(f"| `{left}` | {_cell(right)} |" for left, right in rows)]
    return "\n".join(lines) + "\n"


def _argument(item: Any) -> str:
    return str(item.metavar or item.name.upper())


def _value(item: Any) -> str:
    """Return the placeholder of an option's value, as its help shows it."""
    if item.is_flag:
        return ""
    return f" {item.metavar}" if item.metavar else f" {item.name.upper().split('_')[0]}"


def _described(item: Any) -> str:
    default = item.default.value if isinstance(item.default, Enum) else item.default
    if item.is_flag or default in (None, ""):
        return str(item.help or "")
    return f"{item.help or ''} By default {default}.".strip()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
