"""The messages of `autograder check`, in the language of the notebook."""

from __future__ import annotations

from autograder.language import gettext, gettext_noop, speaking

SENTENCES: dict[str, str] = {
    # About an exercise.
    "not begun": gettext_noop("not begun"),
    "fails": gettext_noop("not right yet"),
    "forbidden": gettext_noop("forbidden call"),
    "passes": gettext_noop("examples pass"),
    "points": gettext_noop("{points} points"),
    "with bonus": gettext_noop("{points}, {bonus} bonus points"),
    "bonus alone": gettext_noop("{bonus} bonus points"),
    "stub": gettext_noop("Write it in cell {cell}."),
    "no assertion text": gettext_noop("an example is not right"),
    "raises": gettext_noop("{error}: {text}"),
    "does not run": gettext_noop("cell {cell} does not run: {why}"),
    "calls unwritten": gettext_noop("it calls {other}, which is not written yet"),
    "no examples": gettext_noop("its cell of examples is gone; copy it from the notebook as it was given out"),
    "timeout": gettext_noop(
        "cell {cell} was stopped after {seconds} s, which is what the grader allows: a loop does not end, or the code"
        " is slow; --timeout {more} gives it more time here"
    ),
    "own timeout": gettext_noop(
        "cell {cell} was stopped after {seconds} s, the time given by --timeout; the grader allows {limit} s"
    ),
    "no return": gettext_noop("{name} returns None: a `return` is missing"),
    "own name": gettext_noop("the notebook defines no {name}: keep the name that the exercise gives it"),
    "waits broken": gettext_noop("cannot be checked yet: {name} comes from cell {cell}, which does not run"),
    "waits below": gettext_noop(
        "cannot be checked: {name} is defined only in cell {cell}, further down, and cells run from top to bottom"
    ),
    "is below": gettext_noop("{name} is defined only in cell {cell}, further down, and cells run from top to bottom"),
    "waits deleted": gettext_noop("cannot be checked yet: {name} is not defined, since a set-up cell is gone"),
    "lost": gettext_noop(
        "cell {cell} ended the whole program ({how}); take out what does so, such as exit() or os._exit()"
    ),
    "exit code": gettext_noop("exit code {code}"),
    "killed": gettext_noop("killed by {code}; perhaps for want of memory"),
    "not run": gettext_noop("cell {cell} was not run: too many cells before it ended the program"),
    "empty folder": gettext_noop("cells run in an empty folder, as when they are graded: files of yours are not there"),
    "own folder": gettext_noop(
        "cells run in a folder of their own, as when they are graded: only the files that came with the notebook are"
        " there"
    ),
    "besides": gettext_noop("{why} ({more})"),
    "must not call": gettext_noop(
        "it must not call {names}: it is not in the vocabulary of this exercise, write out what it does. It earns no"
        " points this way"
    ),
    "hides": gettext_noop("it cannot be graded beside {names}, which may hide what it calls: take that out"),
    "heading": gettext_noop(" ({points}): {status}"),
    "heading without points": gettext_noop(": {status}"),
    # About the notebook.
    "changed": gettext_noop("Cell {cell} is locked and was changed; when graded it is put back as it was."),
    "package missing": gettext_noop("{name} is not installed here, and this course uses it: pip install {name}"),
    "file missing": gettext_noop(
        "{name} came with the notebook and is not beside it: fetch it again, and put it into the same folder."
    ),
    "file changed": gettext_noop("{name} is not as it was given out; grading uses the course's own: fetch it again."),
    "unmarked": gettext_noop(
        "The cells of this notebook lost what marks them, as in a copy through another service; exercises were found"
        " by their text. Points and forbidden calls are not known here: put the notebook as you were given it into"
        " the same folder, and check again."
    ),
    "deleted": gettext_noop(
        "A set-up cell is gone, which defined {names}. Copy it from the notebook as it was given out; when graded it"
        " is put back."
    ),
    "slow": gettext_noop("Cell {cell} took {seconds} s here; the grader allows {limit} s."),
    "written": gettext_noop("question to be answered in words"),
    "question": gettext_noop(" ({points}, {what}): {status}"),
    "written begun": gettext_noop("answered"),
    "own cells": gettext_noop("Cells that do not run"),
    "line": gettext_noop("{place}: "),
    "place": gettext_noop("cell {cell}, line {line}"),
    "printed": gettext_noop("printed:"),
    "summary": gettext_noop("{done} of {all} exercises pass their examples; {points} points to earn here."),
    "summary with bonus": gettext_noop(
        "{done} of {all} exercises pass their examples; {points} points to earn here, and {bonus} bonus points."
    ),
    "summary without points": gettext_noop("{done} of {all} exercises pass their examples."),
    "hidden": gettext_noop(
        "Grading runs further checks that you do not see: passing the examples is a start and not the end."
    ),
    "all done": gettext_noop("Everything is begun and all examples pass. Read your work once more, then hand it in."),
    # While the cells run.
    "running": gettext_noop("running your cells"),
    "cell": gettext_noop("cell {cell}"),
    # While watching.
    "checking": gettext_noop("checking {notebook} …"),
    "watching": gettext_noop("Save {notebook} to check again; Ctrl-C ends."),
}


def sentence(language: str, key: str, **values: object) -> str:
    """Return a message in a language of the catalogues, with its values."""
    with speaking(language):
        return gettext(SENTENCES[key], **values)
