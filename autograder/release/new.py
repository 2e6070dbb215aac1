"""Begins a problem set or an exercise: the files, with what staff fill in marked TODO(name)."""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.course import config
from autograder.errors import AutograderError

from . import course_entry, source, trial
from .proofs.unfinished import Gap, gaps
from .reference import Parameter, Reference, find, taken
from .trial import Trial

_PROBLEM_SET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LINE = 120
_HELPERS = {"assert_gradients": ("gradients", "extreme"), "assert_unchanged": ("unchanged",)}
_IMPORTS = "import torch\n\nfrom autograder.authoring import misconception\n"


@dataclass(frozen=True)
class Begun:
    """What was written: the files, what is to be filled in, and remarks on what could not be found out."""

    paths: tuple[Path, ...]
    gaps: tuple[Gap, ...] = ()
    remarks: tuple[str, ...] = ()


@cache
def environment() -> Environment:
    """Of the templates of this package, whose results are code and settings, not HTML."""
    made = Environment(
        loader=PackageLoader("autograder.release"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return made


def problem_set(root: Path, name: str, title: str | None = None) -> Begun:
    """Begin a problem set: its entry in course.yml and its files, without an exercise yet.

    Raises:
        AutograderError: the name is taken or cannot be one; nothing was written.
    """
    if not _PROBLEM_SET.fullmatch(name):
        raise AutograderError(f"{name}: no name for a problem set; use letters, digits, underscore and hyphen")
    course = config.load(root)
    folder, checks = root / "solutions" / name, root / "tests" / "hidden" / name
    if name in course.problem_sets:
        raise AutograderError(f"{config.FILE}: problem set {name} is there already; choose another name")
    for path in (folder, checks):
        if path.exists():
            raise AutograderError(f"{path}: is there already; choose another name, or move it away")
    title = title or name
    settings = root / config.FILE
    text = course_entry.added(settings.read_text(encoding="utf-8"), name, title)
    for path in (folder, checks):
        path.mkdir(parents=True)
    notebook, wrong = folder / f"{name}.py", folder / "misconceptions.py"
    notebook.write_text(_heading(languages(root, course.language), title), encoding="utf-8")
    wrong.write_text(
        f'"""Wrong solutions that students write for {name}, with the hint that each deserves."""\n', encoding="utf-8"
    )
    settings.write_text(text, encoding="utf-8")
    return Begun((settings, notebook, wrong, checks))


def exercise(root: Path, into: str, name: str, reference: str | None = None) -> Begun:
    """Begin an exercise at the end of a problem set: prose, stub, examples, checks, two misconceptions.

    Args:
        root: the course's folder.
        into: the problem set.
        name: the function that students write.
        reference: the dotted name of the torch function that it is compared with, if there is one.

    Raises:
        AutograderError: a name is taken, cannot be one, or is not known; nothing was written.
    """
    course = config.load(root)
    config.chosen(course, [into])
    _refuse_name(name)
    notebook = source.path_of(root, into)
    wrong, checks = notebook.with_name("misconceptions.py"), root / "tests" / "hidden" / into / f"test_{name}.py"
    for cell in source.code(root, into):
        if cell.metadata.get("exercise") == name:
            raise AutograderError(f"{notebook}: exercise {name} is there already; choose another name")
    if checks.exists():
        raise AutograderError(f"{checks}: is there already; choose another name, or move it away")
    found = find(reference) if reference else None
    parameters = found.parameters if found else None
    remarks = []
    if found and parameters is None:
        remarks.append(
            f"{reference} has no signature that can be read: the stub is def {name}(x); write its parameters"
        )
    tried = _without_leftovers(trial.of(found))
    if found and parameters and not tried.draws:
        remarks.append(f"no arguments were found that {reference} takes: write the checks in {checks}")
    elif found and parameters:
        looked_at = {*found.required, *(option.name for option in tried.options)}
        if rest := [item.name for item in parameters if item.name not in looked_at]:
            remarks.append(f"no check looks at {', '.join(rest)}: write one in {checks}, or take it out of the stub")
    values = _values(name, found, parameters or (Parameter("x"),), tried)
    values["languages"] = languages(root, course.language)
    written = {
        notebook: notebook.read_text(encoding="utf-8").rstrip("\n") + "\n" + _made("cells.py", values),
        wrong: _with_imports(wrong) + _made("misconceptions.py", values),
        checks: _made("checks.py", values),
    }
    for path, text in written.items():
        _refuse_bad_python(path, text)
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    mine = tuple(gap for gap in gaps(root, into) if gap.exercise == name)
    return Begun(tuple(written), mine, tuple(remarks))


def languages(root: Path, usual: str) -> tuple[str, ...]:
    """The languages that the course's prose is written in: two where its cells come in pairs, else the usual one."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((root / "solutions").glob("*/*.py")))
    if any('[markdown] lang="' in text for text in texts):
        return source.LANGUAGES
    return (usual,)


def _heading(written_in: tuple[str, ...], title: str) -> str:
    option = [f' lang="{language}"' for language in written_in] if len(written_in) > 1 else [""]
    return "".join(f"# %% [markdown]{item}\n# # {title}\n\n" for item in option) + "# %%\nimport torch\n"


def _refuse_name(name: str) -> None:
    if not (name.isidentifier() and name.isascii()) or keyword.iskeyword(name) or name.startswith("_"):
        raise AutograderError(f"{name}: no name for an exercise; it is a function's: letters, digits, underscore")
    if name in ("torch", "student", "test"):
        raise AutograderError(f"{name}: no name for an exercise; it means something else already")


def _without_leftovers(tried: Trial) -> Trial:
    return tried if tried.draws else replace(tried, example=None)


def _values(name: str, found: Reference | None, parameters: tuple[Parameter, ...], tried: Trial) -> dict[str, object]:
    """What the templates show."""
    names = found.required if found and found.required else ("x",)
    differentiable = (
        [one for one, text in zip(names, tried.draws[0], strict=True) if "{}" in text] if tried.draws else []
    )
    helpers = [one for one, needs in _HELPERS.items() if any(getattr(tried, need) for need in needs)]
    return {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "parameters": parameters,
        "definition": partial(_definition, parameters),
        "stand_in": _stand_in(found) if tried.draws and found else "",
        "without": taken(found) if found else [],
        "reference": found.name if found else "",
        "short": found.short if found else "",
        "trial": tried,
        "names": names,
        "leaves": differentiable,
        "example": tried.example,
        "float64": trial.FLOAT64,
        "leaf": trial.LEAF,
        "helpers": sorted(["assert_close", "check", *helpers]),
    }


def _definition(parameters: tuple[Parameter, ...], name: str) -> str:
    """The line that defines a function, broken where it is too long as ruff breaks it."""
    return _broken(f"def {name}", ", ".join(map(str, parameters)), ":", "")


def _stand_in(found: Reference) -> str:
    """The call of torch's function that the solution may be while it is not written."""
    given = [item.name if item.default is None else f"{item.name}={item.name}" for item in found.parameters or ()]
    return _broken(f"return {found.name}", ", ".join(given), "", "    ")


def _broken(head: str, inside: str, tail: str, indent: str) -> str:
    line = f"{head}({inside}){tail}"
    if len(indent + line) <= _LINE:
        return line
    if len(indent + inside) + 4 > _LINE:
        inside = inside.replace(", ", f",\n{indent}    ") + ","
    return f"{head}(\n{indent}    {inside}\n{indent}){tail}"


def _made(template: str, values: dict[str, object]) -> str:
    return environment().get_template(f"exercise/{template}.j2").render(values)


def _with_imports(path: Path) -> str:
    """The file of misconceptions with what the new ones need; it is begun where there is none."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if "import misconception" in text:
        return text.rstrip("\n") + "\n"
    return f"{text.rstrip()}\n\n{_IMPORTS}".lstrip("\n")


def _refuse_bad_python(path: Path, text: str) -> None:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise AutograderError(f"{path}:{line}: is no Python: {error}; mend it first, nothing was written") from None
