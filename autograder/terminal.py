"""Output in the terminal: progress, tables, errors. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape as escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.in_progress import InProgress
from autograder.language.staff import for_staff

_WIDE = 160
"""Width of tables in files and pipes, in columns."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False)


def error(template: str, /, **values: object) -> None:
    """Print one line as an error to stderr, in staff's language; `template` is one of str.format in English."""
    error_text(for_staff(template, **values))


def error_text(text: str) -> None:
    """Print a text as an error to stderr."""
    err.print(f"[red]{for_staff('error: ')}[/]{escape(literal(text))}", soft_wrap=True)


def say(template: str, /, **values: object) -> None:
    """Print a line of the result to stdout, in staff's language; `template` is one of str.format in English."""
    say_text(for_staff(template, **values))


def say_text(text: str) -> None:
    """Print a text to stdout."""
    out.print(escape(text), soft_wrap=True)


def literal(text: str) -> str:
    """Return untrusted text with unprintable characters escaped, as in \\x1b, so that nothing controls the terminal."""
    return "\n".join("".join(map(_shown, line.expandtabs(4))) for line in text.splitlines())


def _shown(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()


class _Rate(ProgressColumn):
    """A column with the steps per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "-/s", style="progress.data.speed")


class _Slowest(ProgressColumn):
    """A column with what is in progress, if it takes long."""

    def __init__(self, in_progress: InProgress) -> None:
        super().__init__()
        self._in_progress = in_progress

    def render(self, task: Task) -> Text:
        slowest = self._in_progress.slowest()
        if slowest is None:
            return Text()
        what, seconds = slowest
        return Text(f"{literal(what)}: {seconds} s", style="yellow")


@dataclass
class Bar:
    """A progress bar; what is `in_progress` is named beside it if it takes long."""

    progress: Progress
    task: int
    in_progress: InProgress

    def started(self, total: int) -> None:
        """Set the number of steps."""
        self.progress.update(self.task, total=total)  # type: ignore[arg-type]

    def reached(self, steps: int) -> None:
        """Set the number of steps that are done."""
        self.progress.update(self.task, completed=steps)  # type: ignore[arg-type]

    def advanced(self, note: str = "") -> None:
        """Advance by one step."""
        self.progress.update(self.task, advance=1, note=note)  # type: ignore[arg-type]


def bar(what: str) -> AbstractContextManager[Bar]:
    """Show a progress bar on stderr, with counts, rate and time left; silent if stderr is no terminal.

    Args:
        what: what is done, in English; shown in staff's language.
    """
    timing = (_Rate(), TextColumn(for_staff("left")), TimeRemainingColumn(), TextColumn("[dim]{task.fields[note]}"))
    return _bar(for_staff(what), timing)


def bar_text(what: str) -> AbstractContextManager[Bar]:
    """Show a progress bar without times, for steps of different length; `what` is in the reader's language."""
    return _bar(what)


@contextmanager
def _bar(what: str, timing: Iterable[ProgressColumn] = ()) -> Iterator[Bar]:
    in_progress = InProgress()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *timing, _Slowest(in_progress))
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as progress:
        yield Bar(progress, progress.add_task(escape(what), total=None, note=""), in_progress)


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]], right: Sequence[str] = ()) -> None:
    """Print a table on stdout, one line per row; `right` names the columns of numbers; a long last column is cut.

    The columns' names are English, and shown in staff's language. Texts are printed literally, in one line; nothing in
    them controls the terminal.
    """
    cells = [
        [text if isinstance(text, Text) else Text(" ".join(literal(text).split())) for text in row] for row in rows
    ]
    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    room = out.width - 3 * len(columns)
    for place, name in enumerate(columns):
        head = Text(for_staff(name))
        made.add_column(head, justify="right" if name in right else "left", no_wrap=True)
        room -= max([head.cell_len, *(row[place].cell_len for row in cells)]) if place < len(columns) - 1 else 0
    for row in cells:
        row[-1].truncate(max(room, 12), overflow="ellipsis")
        made.add_row(*row)
    if out.is_terminal:
        out.print(made)
        return
    # Only a terminal needs the spaces that fill a line.
    with out.capture() as printed:
        out.print(made)
    out.out("\n".join(line.rstrip() for line in printed.get().splitlines()), highlight=False)
