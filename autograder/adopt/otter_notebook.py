"""Reads the source notebooks of otter-grader (`otter assign`, from its version 3): cells within marked blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from autograder.language.staff import for_staff
from autograder.notebook.bindings import statements

from . import names, otter_tests
from .otter_tests import OtterTest
from .source_notebook import SourceCell, clean_id, unique_id, with_attachments

TOOL = "otter-grader"
_BOUNDARY = re.compile(r"(?i)^#+\s*(BEGIN|END)\s+(QUESTION|PROMPT|SOLUTION|TESTS)\s*$")
_CONFIG = re.compile(r"(?i)^#+\s*ASSIGNMENT\s+CONFIG\s*$")
_FENCE = re.compile(r"(?ms)^```otter[ \t]*\n(.*?)^```[ \t]*$\n?")
_IGNORED_CELL = re.compile(r"(?i)^#+\s*IGNORE\b")
_BEGIN_IGNORE = re.compile(r"(?i)^\s*#\s*BEGIN\s+IGNORE\b")
_BEGIN_SOLUTION = re.compile(r"^(\s*)#\s*BEGIN SOLUTION\b")
_END_SOLUTION = re.compile(r"#\s*END SOLUTION\s*$")
_SOLUTION_LINE = re.compile(r"^(.*?)\s*#\s?(SOLUTION(?: NO PROMPT)?|SEED)\b.*$")
_BEGIN_PROMPT = re.compile(r"#\s*BEGIN PROMPT\s*$")
_END_PROMPT = re.compile(r"#\s*END PROMPT\s*$")
_BEGIN_PLUGIN = re.compile(r"(?i)#\s*BEGIN PLUGIN\s*$")
_END_PLUGIN = re.compile(r"(?i)#\s*END PLUGIN\s*$")
_ASSIGNED = re.compile(r"^(\s*)([\w.,\s\[\]'\"]+?)\s*=(?!=)")
_OF_OTTER = re.compile(r"^\s*(import otter\b|\w+\s*=\s*otter\.Notebook\(|grader\.(check|check_all|export)\().*$")


class Malformed(Exception):
    """A source notebook of otter-grader's has blocks that do not fit together; the text says which."""


@dataclass
class _Question:
    """A question, while its cells are read."""

    name: str
    points: Any = None
    is_manual: bool = False
    is_whole: bool = False
    """Whether its points are earned by all tests together."""
    tests: list[OtterTest] = field(default_factory=list)
    prompt: list[str] = field(default_factory=list)
    """Texts that students get in the place of the answer."""
    has_answer: bool = False


def recognised(notebook: Mapping[str, Any]) -> bool:
    """Return whether a notebook is in this format: a cell configures the assignment, or begins a question."""
    return any(
        _CONFIG.match(first) or ((found := _BOUNDARY.match(first)) and found[2].upper() == "QUESTION")
        for kind, _, source in map(_parts, _unfenced(notebook))
        if (first := _first(source)) and kind in ("raw", "markdown", "code")
    )


def cells(notebook: Mapping[str, Any]) -> Iterator[SourceCell]:
    """Yield the cells of one of otter-grader's source notebooks.

    What students cannot change there, and what stands outside of questions, is the course's own code.

    Raises:
        Malformed: a block has no end, or does not stand in a question.
    """
    for number, cell in enumerate(_Reader().read(notebook), 1):
        yield replace(cell, number=number)


class _Reader:
    """Reads one notebook, from the first cell to the last."""

    def __init__(self) -> None:
        self.made: list[SourceCell] = []
        self.question: _Question | None = None
        self.block = ""
        self.strips_all = False
        self.bound: set[str] = set()
        self._used: set[str] = set()

    def read(self, notebook: Mapping[str, Any]) -> list[SourceCell]:
        for cell in _unfenced(notebook):
            kind, attachments, source = _parts(cell)
            first = _first(source)
            if _CONFIG.match(first):
                self.strips_all = bool(_settings(source).get("strip_solutions_from_all_cells"))
            elif (boundary := _BOUNDARY.match(first)) and _is_boundary(kind, boundary[2], source):
                self._turn(boundary[1].upper() == "BEGIN", boundary[2].lower(), source)
            elif not (_IGNORED_CELL.match(first) or kind == "raw"):
                if kind == "markdown":
                    source = with_attachments(source, attachments)
                self._cell(kind, source, cell)
        if self.question:
            raise Malformed(for_staff("the question {name} has no end", name=self.question.name))
        return self.made

    def _turn(self, begins: bool, block: str, source: str) -> None:
        """Enter or leave a block."""
        if block == "question" and begins:
            if self.question:
                raise Malformed(for_staff("the question {name} has no end", name=self.question.name))
            found = _settings(source)
            name = clean_id(str(found.get("name") or "")) or f"question-{len(self.made) + 1}"
            whole, manual = bool(found.get("all_or_nothing")), bool(found.get("manual"))
            self.question = _Question(name, found.get("points"), manual, whole)
        elif not self.question:
            raise Malformed(for_staff("a block of {block} stands outside of a question", block=block))
        elif block == "question":
            if self.block:
                raise Malformed(for_staff("the question {name} has a block without an end", name=self.question.name))
            self._tests(self.question)
            self.question = None
        elif begins == bool(self.block) or (not begins and block != self.block):
            raise Malformed(for_staff("the question {name} has a block without an end", name=self.question.name))
        else:
            self.block = block if begins else ""

    def _cell(self, kind: str, source: str, cell: Mapping[str, Any]) -> None:
        question = self.question
        if kind == "code" and self.block != "tests":
            source = _without_ignored(source)
        if question and self.block == "tests":
            if kind == "code" and source.strip():
                question.tests.append(otter_tests.read(cell, self.bound))
            return
        if kind == "code":
            for statement in statements(source):
                self.bound |= set(names.bound_names(statement))
        if question and self.block == "prompt" and question.is_manual:
            question.prompt.append(source if kind == "markdown" else _commented(source))
        elif question and self.block == "solution":
            self._solution(question, kind, source)
        elif kind == "code":
            stripped = _with_regions(source) if self.strips_all else ""
            role = "answer" if stripped else "setup"
            if stripped or source.strip():
                self._add(kind, stripped or source, role, "code" if stripped else "")
        elif source.strip():
            self._add(kind, source, "text")

    def _solution(self, question: _Question, kind: str, source: str) -> None:
        if kind == "code":
            stripped = _with_regions(source)
            if not question.is_manual:
                role = "answer" if stripped else "code"
                self._add(kind, stripped or source, role, f"{question.name}-answer" if stripped else "")
                return
            source = stripped or f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"
        elif not question.is_manual:
            return  # students do not get it
        else:
            source = f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"
        prompt, question.prompt = question.prompt, []
        source = "\n\n".join([*prompt, source]) if kind == "markdown" else "\n".join([*map(_commented, prompt), source])
        points = 0.0 if question.has_answer else _number(question.points, 0.0)
        question.has_answer = True
        self._add(kind, source, "written", question.name, points)

    def _tests(self, question: _Question) -> None:
        """Add the cells of tests of a question, at its end."""
        found = question.tests
        if not found:
            return
        own = [test.points for test in found]
        total: float | None = None
        match question.points:
            case list() as each if len(each) == len(found):
                own = [_number(item, None) if mine is None else mine for item, mine in zip(each, own, strict=True)]
            case {"each": each}:
                total = (_number(each, 1.0) or 0.0) * len(found)
            case points:
                total = _number(points, None)
        points = otter_tests.shares(0.0 if question.is_manual else total, own)
        parts = [_hidden(test.source) if test.is_hidden else test.source for test in found]
        if question.is_whole:
            fault = next((test.fault for test in found if test.fault), "")
            self._add("code", "\n\n".join(parts), "tests", question.name, round(sum(points), 2), fault)
            return
        for place, (test, source) in enumerate(zip(found, parts, strict=True), 1):
            name = question.name if len(found) == 1 else f"{question.name}-{place}"
            self._add("code", source, "tests", name, points[place - 1], test.fault)

    def _add(
        self, kind: Any, source: str, role: Any, grade_id: str = "", points: float | None = 0.0, fault: str = ""
    ) -> None:
        grade_id = unique_id(clean_id(grade_id), self._used) if grade_id else ""
        self.made.append(SourceCell(0, kind, source, role, grade_id, points or 0.0, fault=fault))


# --- cells ------------------------------------------------------------------------------------------------------------


def _unfenced(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the cells of a notebook; blocks marked as `otter` in prose become raw cells of their own."""
    for cell in notebook["cells"]:
        source = str(cell["source"])
        if cell["cell_type"] != "markdown" or not _FENCE.search(source + "\n"):
            yield cell
            continue
        for place, part in enumerate(_FENCE.split(source + "\n")):
            if part.strip():
                yield {**cell, "cell_type": "raw" if place % 2 else "markdown", "source": part.strip("\n")}


def _parts(cell: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], str]:
    return str(cell["cell_type"]), cell.get("attachments") or {}, str(cell["source"])


def _first(source: str) -> str:
    return source.lstrip("\n").partition("\n")[0].strip()


def _is_boundary(kind: str, block: str, source: str) -> bool:
    """Return whether a cell with such a first line bounds a block; in code, a solution's mark may be a line of code."""
    return kind != "code" or block.upper() in ("QUESTION", "TESTS") or len(source.strip().split("\n")) == 1


def _settings(source: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(source)
    except yaml.YAMLError as error:
        place = " ".join(str(error).split())[:120]
        raise Malformed(for_staff("a cell of settings is not valid YAML: {why}", why=place)) from None
    return found if isinstance(found, dict) else {}


def _number(value: Any, default: float | None) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    return default


def _hidden(source: str) -> str:
    return f"### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS"


def _commented(text: str) -> str:
    return "\n".join(
        line if not line.strip() or line.lstrip().startswith("#") else f"# {line}" for line in text.split("\n")
    )


def _without_ignored(source: str) -> str:
    """Return code without the lines that otter-grader itself leaves out: ignored ones, calls of otter, plug-ins."""
    kept, until = [], None
    for line in source.split("\n"):
        if until is not None:
            until = None if until.search(line) else until
        elif _BEGIN_IGNORE.match(line):
            until = re.compile(r"(?i)#\s*END\s+IGNORE\s*$")
        elif _BEGIN_PLUGIN.search(line):
            until = _END_PLUGIN
        elif not (line.rstrip().endswith("# IGNORE") or _OF_OTTER.match(line)):
            kept.append(line)
    return "\n".join(kept)


# --- solutions --------------------------------------------------------------------------------------------------------


def _with_regions(source: str) -> str:
    """Return an answer's code with nbgrader's marks around what students do not get; empty if there is nothing of it.

    What otter-grader would show students in its place, such as `x = ...`, becomes a comment above it.
    """
    made: list[str] = []
    region: list[str] = []
    above: list[str] = []
    indent, has_region = "", False

    def close() -> None:
        nonlocal has_region
        if region:
            while not region[-1].strip():
                region.pop()
            made.extend([*above, f"{indent}### BEGIN SOLUTION", *region, f"{indent}### END SOLUTION"])
            has_region = True
        region.clear()
        above.clear()

    in_block = in_prompt = False
    for line in source.split("\n"):
        margin = line[: len(line) - len(line.lstrip())]
        if in_block:
            in_block = not _END_SOLUTION.search(line)
            region.extend([] if not in_block else [line])
        elif in_prompt:
            in_prompt = not _END_PROMPT.search(line)
            made.extend([] if not in_prompt else [margin + _commented(line.lstrip())])
        elif found := _BEGIN_SOLUTION.match(line):
            if region and found[1] != indent:
                close()
            indent, in_block = found[1], True
        elif _BEGIN_PROMPT.search(line):
            close()
            in_prompt = True
        elif found := _SOLUTION_LINE.match(line):
            if region and not margin.startswith(indent):
                close()
            indent = indent if region else margin
            region.append(found[1])
            assigned = _ASSIGNED.match(found[1])
            above.extend([f"{indent}# {assigned[2].strip()} = ..."] if assigned and found[2] == "SOLUTION" else [])
        elif region and not line.strip():
            region.append(line)
        else:
            close()
            made.append(line)
    close()
    return "\n".join(made).rstrip("\n") if has_region else ""
