"""What people see in the terminal: progress, tables, errors. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape as escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

_WIDE = 160
"""Columns of a table that goes to a file or a pipe."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False)


def error(text: str) -> None:
    """One line for the reader at hand."""
    err.print(f"[red]error:[/] {escape(literal(text))}", soft_wrap=True)


def say(text: str) -> None:
    """A line of the result."""
    out.print(escape(text), soft_wrap=True)


def literal(text: str) -> str:
    """A text of a student's in which nothing steers a terminal or hides from a reader: it is written out, as \\x1b."""
    return "\n".join("".join(map(_shown, line.expandtabs(4))) for line in text.splitlines())


def _shown(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()


class _Rate(ProgressColumn):
    """Steps a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "-/s", style="progress.data.speed")


@dataclass
class Bar:
    """A progress bar."""

    progress: Progress
    task: int

    def started(self, total: int) -> None:
        """The number of steps is known."""
        self.progress.update(self.task, total=total)  # type: ignore[arg-type]

    def advanced(self, note: str = "") -> None:
        """One step is done."""
        self.progress.update(self.task, advance=1, note=note)  # type: ignore[arg-type]


@contextmanager
def bar(what: str) -> Iterator[Bar]:
    """A progress bar on stderr, with counts, rate and time left; quiet where stderr is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[note]}"),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as progress:
        yield Bar(progress, progress.add_task(what, total=None, note=""))


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]], right: Sequence[str] = ()) -> None:
    """A table on stdout, a line a row; `right` names the columns of numbers; a long last column is cut.

    Texts are shown as they are, in one line: nothing in them steers the terminal.
    """
    cells = [
        [text if isinstance(text, Text) else Text(" ".join(literal(text).split())) for text in row] for row in rows
    ]
    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    room = out.width - 3 * len(columns)
    for place, name in enumerate(columns):
        made.add_column(name, justify="right" if name in right else "left", no_wrap=True)
        room -= max([len(name), *(row[place].cell_len for row in cells)]) if place < len(columns) - 1 else 0
    for row in cells:
        row[-1].truncate(max(room, 12), overflow="ellipsis")
        made.add_row(*row)
    if out.is_terminal:
        out.print(made)
        return
    # A terminal needs the spaces that fill a line; a file and a pipe do not.
    with out.capture() as printed:
        out.print(made)
    out.out("\n".join(line.rstrip() for line in printed.get().splitlines()), highlight=False)
