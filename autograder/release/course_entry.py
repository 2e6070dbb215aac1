"""Adds a problem set's entry to the text of course.yml, without changing comments, order or layout."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from autograder.course import config
from autograder.errors import AutograderError


def added(text: str, name: str, title: str) -> str:
    """Return the text of course.yml with one more problem set at the end.

    Raises:
        AutograderError: an entry cannot be added to the problem sets as they are written.
    """
    fields = yaml.safe_dump({"title": title}, default_flow_style=True, allow_unicode=True, width=10**6).strip()
    line = f"{name}: {fields}"
    before = config.parse(text)
    with_it = _inserted(text, line)
    if with_it is not None:
        try:
            after = config.parse(with_it)
        except AutograderError:
            after = None
        in_order = after is not None and list(after.problem_sets) == [*before.problem_sets, name]
        sets = {**before.problem_sets, name: config.ProblemSet(title=title)}
        if in_order and after == before.model_copy(update={"problem_sets": sets}):
            return with_it
    raise AutograderError(
        "{file}: cannot add to problem_sets; add this line by hand: {line}", file=config.FILE, line=line
    )


def with_packages(text: str, names: Sequence[str]) -> str:
    """Return the text of course.yml with more packages at the end of its list.

    Raises:
        AutograderError: they cannot be added to the packages as they are written.
    """
    if not names:
        return text
    before = config.parse(text)
    packages = (*before.packages, *names)
    line = f"packages: [{', '.join(packages)}]"
    if before.packages:
        with_it = re.sub(r"(?m)^packages:[^\n]*$", line, text, count=1)
    else:
        with_it = re.sub(r"(?m)^problem_sets:", f"{line}\nproblem_sets:", text, count=1)
    try:
        if config.parse(with_it) == before.model_copy(update={"packages": packages}):
            return with_it
    except AutograderError:
        pass
    raise AutograderError(
        "{file}: cannot add to packages; write this line by hand: {line}", file=config.FILE, line=line
    )


def _inserted(text: str, line: str) -> str | None:
    tree = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(tree, yaml.MappingNode)
    sets = next(value for key, value in tree.value if key.value == "problem_sets")
    if not isinstance(sets, yaml.MappingNode):
        return None
    key, last = sets.value[-1]
    while isinstance(last, yaml.MappingNode) and not last.flow_style and last.value:
        last = last.value[-1][1]  # a block's end mark is the start of the next token, after any comments
    at = last.end_mark.index
    if sets.flow_style:
        return f"{text[:at]}, {line}{text[at:]}"
    end = text.find("\n", at)
    head, tail = (text, "") if end < 0 else (text[:end], text[end + 1 :])
    return f"{head}\n{' ' * key.start_mark.column}{line}\n{tail}"
