"""Converts Markdown with formulas to harmless HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import latex2mathml.converter
import mistune

from . import cleaning

_FORMULA = re.compile(r"\$\$(?P<block>.+?)\$\$|(?<![\\$\w])\$(?P<inline>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?!\w)", re.DOTALL)
_CODE = re.compile(r"(^```.*?(?:^```\s*?$|\Z)|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
"""A code block that is not closed extends to the end, as in Markdown, so it is searched once only."""
_PICTURE = re.compile(r"""[("']data:image/[a-z+]+;base64,[A-Za-z0-9+/=]*[)"']""")
MAX_CHARACTERS = 30_000
"""The maximum length of a rendered cell without pictures; longer ones are shown as typed, since rendering some takes
quadratic time.
"""


@lru_cache(maxsize=4096)
def _rendered(source: str, attachments: tuple[tuple[str, str, str], ...]) -> str:
    formulas: list[str] = []

    def keep(match: re.Match[str]) -> str:
        formulas.append(_formula(match["block"] or match["inline"], block=match["block"] is not None))
        return f"\x02{len(formulas) - 1}\x03"

    pieces = _CODE.split(source.replace("\x02", "").replace("\x03", ""))
    marked = "".join(piece if place % 2 else _FORMULA.sub(keep, piece) for place, piece in enumerate(pieces))
    for name, mime, data in attachments:
        marked = marked.replace(f"](attachment:{name})", f"](data:{mime};base64,{''.join(data.split())})")
    page = str(_MARKDOWN(marked))
    page = re.sub("\x02(\\d+)\x03", lambda match: formulas[int(match[1])], page)
    return cleaning.html(page)


# mistune allows raster pictures as data: links; the course's own are SVG drawings. The cleaning that follows
# allows data: for pictures alone.
_RENDERER = mistune.HTMLRenderer(escape=False, allow_harmful_protocols=["data:image/svg+xml;"])
_MARKDOWN = mistune.create_markdown(renderer=_RENDERER, plugins=["table", "strikethrough", "url"])


def render(source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Return safe HTML of a Markdown cell; formulas become MathML, attached pictures are embedded."""
    if len(source) > MAX_CHARACTERS and len(_PICTURE.sub("", source)) > MAX_CHARACTERS:
        return f"<pre>{cleaning.escaped(source)}</pre>"
    pictures = tuple(
        (name, mime, data) for name, bundle in (attachments or {}).items() for mime, data in list(bundle.items())[:1]
    )
    return _rendered(source, pictures)


def _formula(latex: str, *, block: bool) -> str:
    try:
        return str(latex2mathml.converter.convert(latex, display="block" if block else "inline"))
    except Exception:  # if the converter fails on a student's formula, its text is shown
        return f"<code>{cleaning.escaped(latex)}</code>"
