"""Brings the catalogues of autograder/language/ up to date with the code: python -m tools.catalogues

New sentences are added without a translation, those that are gone are removed, and the others stay as they are.
`python -m tools.catalogues de` begins the two catalogues of German: of what students are told, and of what staff are.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from typer.main import get_command

from autograder.cli import app
from autograder.cli.translation import texts_of

ROOT = Path(__file__).parent.parent
ENGINE = ROOT / "autograder"
FOLDER = ENGINE / "language"
STAFF = FOLDER / "staff"
_HEADERS = {
    FOLDER: "# What students are told: the English sentences of the engine, each with its translation.",
    STAFF: "# What staff are told: the English sentences of the engine, each with its translation.",
}
_MORE = "# Names in braces are values, and may stand in another order. docs/languages.md says more."
_TEMPLATES = ("**.html.j2", "jinja2.ext.babel_extract")
_OPTIONS = {"**.html.j2": {"trim_blocks": "true", "lstrip_blocks": "true"}}
_KEYWORDS = {"gettext": None, "gettext_noop": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_STAFFS_KEYWORDS = {"for_staff": None, "for_staff_plural": (1, 2)}
ERRORS = ("AutograderError", "JailError", "NoExchange", "RunError", "Unexpected")
"""The exceptions whose first argument is a sentence for staff."""
SPOKEN = (*ERRORS, "terminal.bar", "terminal.error", "terminal.say")
"""The calls whose first argument is always a sentence for staff, and never a text from elsewhere."""
_CALLS = (*SPOKEN, "for_staff", "for_staff_noop", "for_staff_plural")


def extracted() -> Catalog:
    """The sentences for students in the code."""
    catalog = Catalog(project="torch-autograder", charset="utf-8", fuzzy=False)
    found = extract_from_dir(str(ENGINE), [("**.py", "python"), _TEMPLATES], _OPTIONS, _KEYWORDS)
    for file, _, message, _, context in sorted(found, key=lambda item: (item[0], item[1])):
        catalog.add(message, locations=[(f"autograder/{file}", 0)], context=context)
    return catalog


def extracted_for_staff() -> Catalog:
    """The sentences for staff in the code, and the help of commands and options."""
    catalog = Catalog(project="torch-autograder", charset="utf-8", fuzzy=False)
    for path in sorted(ENGINE.rglob("*.py")):
        for call in calls(path):
            texts = [arg.value for arg in call.args[:2] if isinstance(arg, ast.Constant)]
            if texts and texts[0]:
                message = tuple(texts) if ast.unparse(call.func) == "for_staff_plural" else texts[0]
                catalog.add(message, locations=[(str(path.relative_to(ROOT)), 0)])
    for text in texts_of(get_command(app)):
        catalog.add(text, locations=[("autograder/cli", 0)])
    for file, _, message, _, _ in sorted(extract_from_dir(str(ENGINE), [_TEMPLATES], _OPTIONS, _STAFFS_KEYWORDS)):
        catalog.add(message, locations=[(f"autograder/{file}", 0)])
    return catalog


def calls(path: Path) -> Iterator[ast.Call]:
    """The calls in a file whose first argument is a sentence for staff, in their order."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    found = [node for node in nodes if node.args and ast.unparse(node.func) in _CALLS]
    yield from sorted(found, key=lambda node: (node.lineno, node.col_offset))


def read(path: Path) -> Catalog:
    """The sentences in a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def main(languages: list[str]) -> None:
    """Update all catalogues, and begin those of new languages."""
    for folder, template in ((FOLDER, extracted()), (STAFF, extracted_for_staff())):
        for path in sorted({*folder.glob("*.po"), *(folder / f"{language}.po" for language in languages)}):
            catalog = read(path) if path.exists() else Catalog(path.stem, project=template.project, fuzzy=False)
            catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
            catalog.header_comment = f"{_HEADERS[folder]}\n{_MORE}"
            with path.open("wb") as file:
                write_po(file, catalog, width=120, ignore_obsolete=True, include_lineno=False)
            strings = [
                [item.string] if isinstance(item.string, str) else item.string or [] for item in catalog if item.id
            ]
            missing = sum(not some or not all(some) for some in strings)
            print(f"{path.relative_to(ROOT)}: {missing} of {len(catalog)} sentences have no translation")


if __name__ == "__main__":
    main(sys.argv[1:])
