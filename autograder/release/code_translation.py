"""Translates the code of a cell into one language: its docstrings, comments and strings.

A comment `# zh: …` on a line of its own translates what is right above it into Chinese: lines of comments, the comment
at the end of the line, or else the longest text of the line, such as the message of an `assert`. In a docstring, the
translation is the text from a line that begins with `zh:`. Translations into several languages follow each other.
"""

from __future__ import annotations

import ast
import io
import re
import textwrap
import tokenize
from collections.abc import Iterator

from autograder.language import ENGLISH, LANGUAGES
from autograder.language.staff import for_staff

_TAGS = "|".join(language for language in LANGUAGES if language != ENGLISH)
_DOCSTRING = re.compile(rf"(?P<indent> *)(?P<language>{_TAGS}):(?: (?P<text>.*))?")
_COMMENT = re.compile(rf"(?P<indent> *)# (?P<language>{_TAGS}):(?P<text>.*)")


def in_language(code: str, language: str) -> str:
    """Return code with English texts replaced by their translations into `language`, without other translations.

    Texts without a translation remain in English.

    Raises:
        ValueError: a translation is empty, or has no text above it that it could translate, or the code is not plain
            Python.
    """
    if not any(_DOCSTRING.fullmatch(line) or _COMMENT.fullmatch(line) for line in code.splitlines()):
        return code
    try:
        translated = _comments_in(_docstrings_in(code, language), language)
        ast.parse(translated)
        return translated
    except SyntaxError as error:
        raise ValueError(
            for_staff(
                "code with translations must be plain Python: line {line}: {why}", line=error.lineno, why=error.msg
            )
        ) from None


def _docstrings_in(code: str, language: str) -> str:
    lines = code.split("\n")
    for node in _docstrings(ast.parse(code)):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        indent = " " * node.col_offset
        starts: dict[str, int] = {}
        for place in range(first + 1, last + 1):
            if (match := _DOCSTRING.fullmatch(lines[place])) and match["indent"] == indent:
                if match["language"] in starts:
                    raise ValueError(
                        for_staff(
                            "a docstring has two translations into one language: {text}", text=lines[place].strip()
                        )
                    )
                starts[match["language"]] = place
        if not starts:
            continue
        text = english = "\n".join(lines[first : min(starts.values())]).rstrip()
        for name, start in starts.items():
            end = min([place for place in starts.values() if place > start], default=last)
            summary = indent + lines[start].strip().removeprefix(f"{name}:").strip()
            translation = textwrap.dedent("\n".join([summary, *lines[start + 1 : end]])).strip()
            if not translation:
                raise ValueError(
                    for_staff("the translation of a docstring is empty: {text}", text=english.strip()[:60])
                )
            if name == language:
                text = f'{indent}"""' + textwrap.indent(translation, indent).lstrip()
        lines[first : last + 1] = (text + ('"""' if "\n" not in text else f'\n{indent}"""')).split("\n")
        return _docstrings_in("\n".join(lines), language)  # line numbers below have changed
    return code


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            match node.body[0]:
                case ast.Expr(ast.Constant(str()) as text):
                    yield text


def _comments_in(code: str, language: str) -> str:
    lines = code.split("\n")
    own = _places_of_comments(code)
    place = 0
    while place < len(lines):
        if place not in own or not _COMMENT.fullmatch(lines[place]):
            place += 1
            continue
        end = place
        while end < len(lines) and end in own and _COMMENT.fullmatch(lines[end]):
            end += 1
        translations: dict[str, list[str]] = {}
        for match in filter(None, map(_COMMENT.fullmatch, lines[place:end])):
            translations.setdefault(match["language"], []).append(match["text"].strip())
            if not match["text"].strip():
                raise ValueError(for_staff("the translation is empty: {text}", text=match[0].strip()))
        mine = translations.get(language)
        above = _translated(lines, place, own, mine or next(iter(translations.values())), code)
        start = place - len(above[0])
        lines[start:end] = above[1] if mine else above[0]
        code = "\n".join(lines)
        own = _places_of_comments(code)
        place = start + len(above[1] if mine else above[0])
    return code


def _translated(
    lines: list[str], place: int, own: dict[int, int], translations: list[str], code: str
) -> tuple[list[str], list[str]]:
    """Return the lines that the comments at `place` translate, and the same lines in translation."""
    start = place
    while start - 1 in own and own[start - 1] == own[place] and not lines[start - 1].strip().startswith("###"):
        start -= 1
    if start < place:
        return lines[start:place], [" " * own[place] + f"# {text}" for text in translations]
    line = lines[place - 1] if place else ""
    comment = _comment_at_the_end(code, place - 1)
    if comment is not None:
        return [line], [f"{line[:comment]}# {' '.join(translations)}"]
    text = _longest_text(code, place)
    if text is None or text.end_col_offset is None:
        raise ValueError(
            for_staff("nothing stands above it that it could translate: {text}", text=lines[place].strip())
        )
    first = text.lineno - 1
    opening = lines[first].encode()[text.col_offset :].decode()
    quotes = re.match(r"\w*(\"\"\"|'''|\"|')", opening)
    assert quotes is not None  # the string begins here
    before = lines[first].encode()[: text.col_offset].decode()
    after = line.encode()[text.end_col_offset :].decode()
    return lines[first:place], [f"{before}{quotes[0]}{' '.join(translations)}{quotes[1]}{after}"]


def _tokens(code: str) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(code).readline)


def _places_of_comments(code: str) -> dict[int, int]:
    """Return the lines that contain only a comment, with their indentation."""
    return {
        token.start[0] - 1: token.start[1]
        for token in _tokens(code)
        if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip()
    }


def _comment_at_the_end(code: str, place: int) -> int | None:
    """Return the column of a line's comment; None if it has none."""
    found = (token for token in _tokens(code) if token.type == tokenize.COMMENT and token.start[0] - 1 == place)
    return next((token.start[1] for token in found), None)


def _longest_text(code: str, line: int) -> ast.expr | None:
    """Return the longest string that ends on a line, counted from 1."""
    found = [node for node in _texts(ast.parse(code)) if node.end_lineno == line]
    return max(found, key=lambda node: len(ast.get_source_segment(code, node) or ""), default=None)


def _texts(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)
