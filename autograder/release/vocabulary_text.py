"""Renders the vocabulary as text: a sentence per exercise, the list at a notebook's end, and a page of the docs.

To update the page: `python -m autograder.release.vocabulary_text > docs/vocabulary.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.notebook.vocabulary import ALL
from autograder.notebook.vocabulary_table import KIND_TITLES, KINDS, LISTED, OPEN, REFUSED

HEADING = {"en": "Vocabulary", "zh": "词汇表"}
"""The heading of the list, which is the target of the sentences' links."""

_WORDS = {
    "en": {
        "basic": "`{name}` is written with the [basic operations](#{heading})",
        "also": " and {names}",
        "without": ", without {names}",
        "own": "; your own {names} may be called",
        "all": "For `{name}` all of torch may be used",
        "end": ".",
        "comma": ", ",
        "intro": "An exercise is written with the operations below, with plain Python, and with what its text adds. "
        "What is not in the list is yours to write out. This holds for all that the exercise's function can reach; in "
        "cells of your own you may call what you like, for instance to compare with torch.",
        "torch": "As functions of torch, as methods of tensors, with a trailing `_` where there is such a form, and "
        "NumPy's of the same kinds:",
        "beside": "Beside these: `F.pad`; `nn.Module`, `nn.Parameter` and the containers of `torch.nn`; "
        "`torch.autograd.Function`; PIL; the usual modules of Python.",
        "refused": "Not in it: {names}, SciPy, scikit-learn.",
    },
    "zh": {
        "basic": "`{name}` 用[基本运算](#{heading})编写",
        "also": "，另可使用 {names}",
        "without": "，但不得使用 {names}",
        "own": "；可以调用自己的 {names}",
        "all": "编写 `{name}` 时可以使用 torch 的全部功能",
        "end": "。",
        "comma": "、",
        "intro": "练习用下列运算、普通的 Python 以及题目中另外允许的内容来编写。表中没有的，请自己写出来。"
        "这适用于练习的函数所能触及的一切；在你自己的单元格中可以随意调用，例如与 torch 的结果比较。",
        "torch": "既可以是 torch 的函数，也可以是张量的方法（包括以 `_` 结尾的形式），以及 NumPy 中的同类函数：",
        "beside": "此外还有：`F.pad`；`nn.Module`、`nn.Parameter` 和 `torch.nn` 的容器；"
        "`torch.autograd.Function`；PIL；Python 的常用模块。",
        "refused": "不在其中的有：{names}、SciPy、scikit-learn。",
    },
}


def sentence(exercise: Mapping[str, Any], language: str) -> str:
    """Return the sentence about the operations that one exercise may use.

    Args:
        exercise: the exercise's options, as in the metadata of its cell.
        language: "en" or "zh".
    """
    words, name = _WORDS[language], exercise["exercise"]
    own = [*exercise.get("uses", {}), *exercise.get("others", [])]
    if ALL in exercise.get("also", []):
        text = words["all"].format(name=name)
    else:
        text = words["basic"].format(name=name, heading=HEADING[language])
        text += _part("also", exercise.get("also", []), words) + _part("without", exercise.get("without", []), words)
    return text + _part("own", own, words) + words["end"]


def _part(key: str, names: Sequence[str], words: Mapping[str, str]) -> str:
    return words[key].format(names=words["comma"].join(f"`{name}`" for name in names)) if names else ""


def section(language: str, level: int = 2) -> str:
    """Return the list of operations, as Markdown."""
    words = _WORDS[language]
    lines = [f"{'#' * level} {HEADING[language]}", "", words["intro"], "", words["torch"], ""]
    for kind, names in KINDS.items():
        title = kind if language == "en" else KIND_TITLES[kind]
        lines.append(f"- **{title}**: {' '.join(f'`{name}`' for name in names.split())}")
    refused = words["comma"].join(f"`{name}`" for name in REFUSED if name.startswith("torch"))
    return "\n".join([*lines, "", words["beside"], "", words["refused"].format(names=refused)]) + "\n"


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
