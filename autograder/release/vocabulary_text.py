"""Renders the vocabulary as text: a sentence per exercise, the list at a notebook's end, and a page of the docs.

To update the page: `python -m autograder.release.vocabulary_text > docs/vocabulary.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograder.language import as_sentence, gettext, gettext_noop, listed, speaking
from autograder.notebook.vocabulary import ALL
from autograder.notebook.vocabulary_table import KINDS, LISTED, OPEN, REFUSED

HEADING = gettext_noop("Vocabulary")
"""The heading of the list, which is the target of the sentences' links."""


def sentence(exercise: Mapping[str, Any], language: str) -> str:
    """Return the sentence about the operations that one exercise may use.

    Args:
        exercise: the exercise's options, as in the metadata of its cell.
        language: the language, one of the catalogues'.
    """
    with speaking(language):
        return as_sentence(_rule(exercise, _names(exercise.get("also", [])), _names(exercise.get("without", []))))


def _rule(exercise: Mapping[str, Any], also: str, without: str) -> str:
    if ALL in exercise.get("also", []):
        text = gettext("For `{name}` all of torch may be used", name=exercise["exercise"])
    else:
        rules = {"name": exercise["exercise"], "heading": gettext(HEADING), "also": also, "without": without}
        text = gettext(_BASIC[bool(also), bool(without)], **rules)
    own = _names([*exercise.get("uses", {}), *exercise.get("others", [])])
    return gettext("{rule}; your own {names} may be called", rule=text, names=own) if own else text


_BASIC = {
    (False, False): gettext_noop("`{name}` is written with the [basic operations](#{heading})"),
    (True, False): gettext_noop("`{name}` is written with the [basic operations](#{heading}) and {also}"),
    (False, True): gettext_noop("`{name}` is written with the [basic operations](#{heading}), without {without}"),
    (True, True): gettext_noop(
        "`{name}` is written with the [basic operations](#{heading}) and {also}, without {without}"
    ),
}
"""The rule, by whether the exercise adds operations, and whether it removes some."""


def _names(names: Iterable[str]) -> str:
    return listed(f"`{name}`" for name in names)


def section(language: str, level: int = 2) -> str:
    """Return the list of operations, as Markdown."""
    with speaking(language):
        return _section(level)


def _section(level: int) -> str:
    intro = gettext(
        "An exercise is written with the operations below, with plain Python, and with what its text adds. What is not"
        " in the list is yours to write out. This holds for all that the exercise's function can reach; in cells of"
        " your own you may call what you like, for instance to compare with torch."
    )
    torch = gettext(
        "As functions of torch, as methods of tensors, with a trailing `_` where there is such a form, and NumPy's of"
        " the same kinds:"
    )
    beside = gettext(
        "Beside these: `F.pad`; `nn.Module`, `nn.Parameter` and the containers of `torch.nn`;"
        " `torch.autograd.Function`; PIL; the usual modules of Python."
    )
    lines = [f"{'#' * level} {gettext(HEADING)}", "", intro, "", torch, ""]
    for kind, names in KINDS.items():
        lines.append(f"- **{gettext(kind)}**: {' '.join(f'`{name}`' for name in names.split())}")
    refused = _names(name for name in REFUSED if name.startswith("torch"))
    return (
        "\n".join([*lines, "", beside, "", gettext("Not in it: {names}, SciPy, scikit-learn.", names=refused)]) + "\n"
    )


def page() -> str:
    """Return the page of the docs, as Markdown."""
    open_parts = ", ".join(f"`{name}`" for name in sorted({*OPEN, *LISTED}))
    refused = "\n".join(f"| `{name}` | {reason} |" for name, (reason, _) in REFUSED.items())
    return (
        section("en", 1)
        + "\n## In full\n\nThis page is generated from the table in `autograder/notebook/vocabulary_table.py`. An"
        " exercise adds to it with `also=[…]` and removes from it with `without=[…]`"
        " ([writing exercises](writing-exercises.md)).\n\n"
        f"Allowed parts of torch, and single names: {open_parts}.\n\n"
        "Refused, with all names inside:\n\n| | |\n|---|---|\n"
        f"{refused}\n"
    )


if __name__ == "__main__":
    print(page(), end="")
