"""Checks a notebook whenever it is saved, and shows the first exercise that does not pass yet."""

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
"""A save in several steps ends after this time without a change."""
_POLL_MS = 1000
"""The interval of polling, since network drives report no changes, and a save during a check is missed."""


def watch(path: Path, seconds: float | None = None) -> bool:
    """Check at once and after each save, until Ctrl-C; return whether everything was done in the last check.

    Raises:
        AutograderError: the notebook cannot be read at the start, or no cells can be run on this machine.
    """
    screen.readable()
    sheet = read(path)
    checked: Sheet | None = None
    report: Report | None = None
    seen = doubtful = None
    # The folder is watched, not the file, which some editors replace by a new one.
    saves = changes(
        path.absolute().parent,
        watch_filter=lambda change, name: Path(name).name == path.name,
        recursive=False,
        step=_SETTLE_MS,
        rust_timeout=_POLL_MS,
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
                if doubtful == stamp:  # read twice, so it is not just being written
                    seen, checked = stamp, None
                    terminal.out.clear()
                    terminal.error_text(str(error))
                doubtful = stamp
                continue
            seen = stamp
            if sheet != checked:  # otherwise only parts that are not run were saved, such as outputs or prose
                terminal.say_text(sentence(sheet.language, "checking", notebook=path.name))
                with screen.progress(sheet) as begins:
                    checked, report = sheet, examine(sheet, seconds, begins)
                screen.show_in_hand(report, sentence(sheet.language, "watching", notebook=path.name))
    except KeyboardInterrupt:
        pass
    except (OSError, RuntimeError) as error:
        raise AutograderError(
            "{folder}: cannot be watched: {error}; leave out --watch", folder=path.absolute().parent, error=error
        ) from None
    return report is not None and report.done


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
