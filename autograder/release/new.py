"""Creates the files of a problem set or an exercise; lines for staff to fill in are marked TODO(name)."""

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
from autograder.language.staff import for_staff, list_for_staff

from . import course_entry, source, trial
from .reference import Parameter, Reference, find, taken
from .trial import Trial
from .unfinished import Gap, gaps

_PROBLEM_SET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LANGUAGE = re.compile(r'\[markdown\][^\n]* lang="(\w+)"')
_LINE = 120
_HELPERS = {"assert_gradients": ("gradients", "extreme"), "assert_unchanged": ("unchanged",)}
_IMPORTS = "import torch\n\nfrom autograder.authoring import misconception\n"


@dataclass(frozen=True)
class Begun:
    """The created files, the lines to fill in, and remarks on what could not be determined."""

    paths: tuple[Path, ...]
    gaps: tuple[Gap, ...] = ()
    remarks: tuple[str, ...] = ()


@cache
def environment() -> Environment:
    """Return the environment of this package's templates, without escaping, since they make code and settings."""
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
    """Create a problem set without exercises: its entry in course.yml and its files.

    Raises:
        AutograderError: the name exists or is invalid; nothing was written.
    """
    if not _PROBLEM_SET.fullmatch(name):
        raise AutograderError(
            "{name}: not a valid name of a problem set; use letters, digits, underscore and hyphen", name=name
        )
    course = config.load(root)
    folder, checks = root / "solutions" / name, root / "tests" / "hidden" / name
    if name in course.problem_sets:
        raise AutograderError(
            "{file}: problem set {name} already exists; choose another name", file=config.FILE, name=name
        )
    for path in (folder, checks):
        if path.exists():
            raise AutograderError("{path}: already exists; choose another name, or move it away", path=path)
    title = title or name
    settings = root / config.FILE
    text = course_entry.added(settings.read_text(encoding="utf-8"), name, title)
    for path in (folder, checks):
        path.mkdir(parents=True)
    notebook, wrong = folder / f"{name}.py", folder / "misconceptions.py"
    notebook.write_text(_heading(languages(root, course.language), title), encoding="utf-8")
    wrong.write_text(f'"""Wrong solutions that students write for {name}, each with its hint."""\n', encoding="utf-8")
    settings.write_text(text, encoding="utf-8")
    return Begun((settings, notebook, wrong, checks))


def exercise(root: Path, into: str, name: str, reference: str | None = None) -> Begun:
    """Create an exercise at the end of a problem set: prose, stub, examples, checks, two misconceptions.

    Args:
        root: the course's folder.
        into: the problem set.
        name: the function that students write; without a reference, a class if it begins with a capital letter.
        reference: the dotted name of the torch function to compare with, if there is one.

    Raises:
        AutograderError: the name exists or is invalid, or torch has no such function; nothing was written.
    """
    course = config.load(root)
    config.chosen(course, [into])
    _refuse_name(name)
    notebook = source.path_of(root, into)
    wrong, checks = notebook.with_name("misconceptions.py"), root / "tests" / "hidden" / into / f"test_{name}.py"
    for cell in source.code(root, into):
        if cell.metadata.get("exercise") == name:
            raise AutograderError(
                "{notebook}: exercise {name} already exists; choose another name", notebook=notebook, name=name
            )
    if checks.exists():
        raise AutograderError("{checks}: already exists; choose another name, or move it away", checks=checks)
    found = find(reference) if reference else None
    parameters = found.parameters if found else None
    remarks = []
    if found and parameters is None:
        remarks.append(
            for_staff(
                "the signature of {reference} could not be read: the stub is def {name}(x); write its parameters",
                reference=reference,
                name=name,
            )
        )
    tried = _without_leftovers(trial.of(found))
    if found and parameters and not tried.draws:
        remarks.append(
            for_staff(
                "no valid arguments for {reference} were found: write the checks in {path}",
                reference=reference,
                path=checks,
            )
        )
    elif found and parameters:
        looked_at = {*found.required, *(option.name for option in tried.options)}
        if rest := [item.name for item in parameters if item.name not in looked_at]:
            remarks.append(
                for_staff(
                    "no check tests {names}: write one in {path}, or remove it from the stub",
                    names=list_for_staff(rest),
                    path=checks,
                )
            )
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
    """Return the languages of the course's prose: all if cells have a `lang` option, else the default one."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((root / "solutions").glob("*/*.py")))
    return tuple(sorted({name for text in texts for name in _LANGUAGE.findall(text)})) or (usual,)


def _heading(written_in: tuple[str, ...], title: str) -> str:
    option = [f' lang="{language}"' for language in written_in] if len(written_in) > 1 else [""]
    return "".join(f"# %% [markdown]{item}\n# # {title}\n\n" for item in option) + "# %%\nimport torch\n"


def _refuse_name(name: str) -> None:
    if not (name.isidentifier() and name.isascii()) or keyword.iskeyword(name) or name.startswith("_"):
        raise AutograderError("{name}: not a valid name of a function; use letters, digits and underscores", name=name)
    if name in ("torch", "student", "test"):
        raise AutograderError(
            "{name}: already has a meaning in Python or in the notebook; choose another name", name=name
        )


def _without_leftovers(tried: Trial) -> Trial:
    return tried if tried.draws else replace(tried, example=None)


def _values(name: str, found: Reference | None, parameters: tuple[Parameter, ...], tried: Trial) -> dict[str, object]:
    """Return the values for the templates."""
    names = found.required if found and found.required else ("x",)
    differentiable = (
        [one for one, text in zip(names, tried.draws[0], strict=True) if "{}" in text] if tried.draws else []
    )
    helpers = [one for one, needs in _HELPERS.items() if any(getattr(tried, need) for need in needs)]
    return {
        "name": name,
        "title": re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").capitalize(),
        "is_class": found is None and name[0].isupper(),
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
    """Return the `def` line of a function, wrapped as ruff wraps it if it is too long."""
    return _broken(f"def {name}", ", ".join(map(str, parameters)), ":", "")


def _stand_in(found: Reference) -> str:
    """Return the call of torch's function that serves as the solution until staff write one."""
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
    """Return the text of the file of misconceptions with the imports of the new ones; a new text if it is missing."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if "import misconception" in text:
        return text.rstrip("\n") + "\n"
    return f"{text.rstrip()}\n\n{_IMPORTS}".lstrip("\n")


def _refuse_bad_python(path: Path, text: str) -> None:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise AutograderError(
            "{path}:{line}: not valid Python: {error}; fix it first, nothing was written",
            path=path,
            line=line,
            error=error,
        ) from None
