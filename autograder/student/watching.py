"""Checks a notebook whenever it is saved, with the exercise in hand on the screen."""

from __future__ import annotations

import itertools
from pathlib import Path

from watchfiles import watch as changes

from autograder import terminal
from autograder.errors import AutograderError

from . import screen
from .messages import sentence
from .released_notebook import Sheet, read
from .report import Report, examine

_SETTLE_MS = 200
"""A save in several steps is over when nothing happens for so long."""
_LOOK_MS = 1000
"""The file is looked at so often anyhow: network drives tell of no change, nor does a save during a check."""


def watch(path: Path, seconds: float | None = None) -> bool:
    """Check at once and after each save, until Ctrl-C; whether all was done in the last check.

    Raises:
        AutograderError: there is no such notebook to begin with, or nothing can be run here.
    """
    screen.readable()
    sheet = read(path)
    checked: Sheet | None = None
    report: Report | None = None
    seen = doubtful = None
    # The folder is watched: editors put a new file in the place of the old one.
    saves = changes(
        path.absolute().parent,
        watch_filter=lambda change, name: Path(name).name == path.name,
        recursive=False,
        step=_SETTLE_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
    )
    try:
        for _ in itertools.chain([None], saves):
            stamp = _stamp(path)
            if stamp == seen:
                continue
            try:
                sheet = read(path)
            except AutograderError as error:
                if doubtful == stamp:  # looked at twice: it is not just being written
                    seen, checked = stamp, None
                    terminal.out.clear()
                    terminal.error(str(error))
                doubtful = stamp
                continue
            seen = stamp
            if sheet != checked:  # else something was saved that is not run: an output, a sentence
                terminal.say(sentence(sheet.language, "checking", notebook=path.name))
                checked, report = sheet, examine(sheet, seconds)
                screen.show_in_hand(report, sentence(sheet.language, "watching", notebook=path.name))
    except KeyboardInterrupt:
        pass
    except (OSError, RuntimeError) as error:
        raise AutograderError(f"{path.absolute().parent}: cannot be watched: {error}; leave out --watch") from None
    return report is not None and report.done


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
