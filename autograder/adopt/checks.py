"""Translates a cell of tests into a hidden check, which runs outside the jail on the student's names."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Sequence
from itertools import chain

from autograder.language.staff import for_staff, for_staff_noop

from . import names, rewriting
from .rewriting import CannotTranslate as CannotTranslate
from .source_notebook import SourceCell, all_tests

_MAGIC = re.compile(r"(?m)^[ \t]*(%%?|!)[A-Za-z]")
_DEFINED = re.compile(r"\b(?:globals|locals|vars|dir)\(\)(?:\.keys\(\))?")
_HARMLESS = re.compile(r"(?m)^[ \t]*%(matplotlib|config|precision)\b.*$")
_READING = {
    "globals": for_staff_noop("reads the notebook's names as a dictionary"),
    "locals": for_staff_noop("reads the notebook's names as a dictionary"),
    "vars": for_staff_noop("reads an object's names as a dictionary"),
    "exec": for_staff_noop("runs text as code"),
    "eval": for_staff_noop("runs text as code"),
    "get_ipython": for_staff_noop("uses IPython"),
    "In": for_staff_noop("reads the notebook's history"),
    "Out": for_staff_noop("reads the notebook's history"),
    "_": for_staff_noop("reads the notebook's history"),
    "_ih": for_staff_noop("reads the notebook's history"),
    "_oh": for_staff_noop("reads the notebook's history"),
}
"""Names that a check outside the notebook cannot use, each with the reason."""


def name_of(grade_id: str, used: Iterable[str] = ()) -> str:
    """Return the name of the exercise for a cell of tests: its grade id as a Python name, not among those in use."""
    name = re.sub(r"\W", "_", grade_id, flags=re.ASCII).strip("_").lower() or "tests"
    name = f"tests_{name}" if not name[0].isalpha() else name
    found, number = name, 1
    while found in used:
        number += 1
        found = f"{name}_{number}"
    return found


def check(name: str, tests: SourceCell, before: Sequence[SourceCell]) -> str:
    """Return the text of a file of checks, `test_<name>.py`, with one check that runs a cell's tests.

    Args:
        name: the exercise's name.
        tests: the cell of tests, with its hidden tests.
        before: the code cells above it.

    Raises:
        CannotTranslate: the tests cannot run outside the notebook.
    """
    source = _asking_the_student(_HARMLESS.sub("", all_tests(tests.source)))
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        if _MAGIC.search(source):
            raise CannotTranslate(for_staff("uses a magic or a shell command")) from None
        raise CannotTranslate(
            for_staff("is not valid Python: line {line}: {why}", line=error.lineno, why=error.msg)
        ) from None
    sentence, body = _sentence(body)
    if not body:
        raise CannotTranslate(for_staff("contains no tests"))
    _refuse(body)
    if "student" in {name for statement in body for name in names.bound_names(statement)}:
        source = rewriting.replaced(source, {"student": "the_student"})  # which is the name of the check's argument
        _, body = _sentence(ast.parse(source).body)
    plain = SourceCell(tests.number, "code", source, "tests")
    found = names.origins(plain, before)
    for _, statement in found.course:
        found.imports += [text for text in _imports_in(statement) if text not in found.imports]
    course = [statement for _, statement in found.course if not isinstance(statement, ast.Import | ast.ImportFrom)]
    lines = [rewriting.rewritten(ast.unparse(statement), found.student) for statement in course]
    student, functions = found.student, rewriting.functions([*course, *body])
    code = rewriting.with_callbacks(_from(source, body[0]), student, functions, found.imports)
    code = rewriting.rewritten(rewriting.with_effects(code, student), student)
    code = rewriting.with_seeds(code, found.imports)
    whole = _without_nose("\n".join([*lines, code])).strip("\n").replace(names.NOTEBOOK, "student")
    inside = textwrap.indent(whole, "    ", _is_outside_texts(whole))
    helpers = ["callback"] * ("callback(" in whole), ["check"], ["observe"] * ("observe(" in whole)
    imports = _without_nose(_sorted_imports(found.imports))
    imports = f"import unittest\n{imports}" if "unittest.TestCase" in imports + whole else imports
    text = (
        f'"""The tests of the cell {tests.grade_id}."""\n\n'
        + (f"{imports.strip()}\n\n" if imports else "")
        + f"from autograder.authoring import {', '.join(chain(*helpers))}\n\n\n"
        + f"@check(points={tests.points:g})\ndef test_{name}(student):\n"
        + f'    """{sentence or "passes the tests of its cell"}"""\n{inside}\n'
    )
    try:
        compile(text, f"test_{name}.py", "exec")
    except (SyntaxError, ValueError) as error:
        raise CannotTranslate(
            for_staff("cannot stand in a function: {why}", why=error.args[0] if error.args else error)
        ) from None
    return text


def _asking_the_student(source: str) -> str:
    """Return the code with the student's notebook, which has `in` and `[]`, for `globals()`, `dir()` and their like."""
    return _DEFINED.sub(names.NOTEBOOK, source)


def _sentence(body: list[ast.stmt]) -> tuple[str, list[ast.stmt]]:
    """Return the first line of the cell's text, if it begins with one, as the sentence of the check, and the rest."""
    match body:
        case [ast.Expr(value=ast.Constant(value=str(text))), *rest]:
            first = next((line.strip() for line in text.splitlines() if line.strip()), "")
            return first.replace("\\", "").replace('"', "'").rstrip("."), rest
    return "", body


def _from(source: str, first: ast.stmt) -> str:
    """Return the source from a statement on, with the comments above it."""
    lines = source.split("\n")
    start = min([first.lineno, *(item.lineno for item in getattr(first, "decorator_list", []))]) - 1
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return "\n".join(lines[start:])


def _refuse(body: Sequence[ast.stmt]) -> None:
    own = {name for statement in body for name in names.bound_names(statement)}
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in _READING.keys() - own and isinstance(node.ctx, ast.Load):
                raise CannotTranslate(
                    for_staff(
                        "{what} ({name}, line {line})",
                        what=for_staff(_READING[node.id]),
                        name=node.id,
                        line=node.lineno,
                    )
                )
            if isinstance(node, ast.Global):
                raise CannotTranslate(for_staff("changes a global name in a function (line {line})", line=node.lineno))
            if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
                raise CannotTranslate(for_staff("awaits a result (line {line})", line=node.lineno))


def _imports_in(statement: ast.stmt) -> list[str]:
    return [ast.unparse(statement)] if isinstance(statement, ast.Import | ast.ImportFrom) else []


def _sorted_imports(imports: Iterable[str]) -> str:
    return "\n".join(sorted(imports, key=lambda text: (text.startswith("from "), text)))


_NOSE = re.compile(r"(?m)^([ \t]*)from nose\.tools import (.+)$")
_NOSES = {"eq_": "assertEqual", "ok_": "assertTrue", "assert_equals": "assertEqual"}


def _without_nose(code: str) -> str:
    """Return the code with unittest's assertions for those of nose, which no longer runs."""

    def assertions(match: re.Match[str]) -> str:
        lines = []
        for item in match[2].split(","):
            name, _, alias = item.strip().partition(" as ")
            words = name.split("_")
            method = _NOSES.get(name) or words[0] + "".join(word.title() for word in words[1:])
            lines.append(f"{match[1]}{alias or name} = unittest.TestCase().{method}")
        return "\n".join(lines)

    return _NOSE.sub(assertions, code)


def _is_outside_texts(code: str):  # type: ignore[no-untyped-def]
    """Return a predicate for the lines that may be indented: those that do not begin within a text."""
    inside = {
        number
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant | ast.JoinedStr) and isinstance(getattr(node, "value", ""), str | list)
        for number in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }
    number = 0

    def outside(line: str) -> bool:
        nonlocal number
        number += 1
        return number not in inside and bool(line.strip())

    return outside
