"""Makes text and HTML from students harmless for the reader's browser."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import nh3

from autograder.jail.inside import wire

_CONTROLS = {code: None for code in (*range(32), 127) if chr(code) not in "\n\t"}
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[^\[]")
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_SEAL = '<div class="tex2jax_ignore">'
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_TAG = re.compile(r"<(?P<closes>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)")
_OPTIONAL_END_TAG = frozenset(
    "area base br col dd dt embed hr img input li link meta option p source".split()
    + "tbody td tfoot th thead tr track wbr".split()
)
_MAX_DEPTH = 500
"""The maximum depth of nested elements; the time for cleaning grows with its square."""
_MAX_ELEMENTS = 20_000
"""A limit for text whose depth cannot be determined; table cells, of which large tables have more, are not counted."""
_MATHML = frozenset(
    """math semantics annotation mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot munder mover
    munderover mtable mtr mtd mstyle mpadded mphantom menclose mfenced mmultiscripts""".split()
)
_TAGS = nh3.ALLOWED_TAGS | _MATHML
_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {"class", "title"},
    "math": {"display", "xmlns"},
    "mo": {"stretchy", "fence", "form", "lspace", "rspace", "accent", "minsize", "maxsize", "movablelimits"},
    "mtable": {"columnalign", "rowspacing", "columnspacing"},
    "mspace": {"width"},
    "mfrac": {"linethickness"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mi": {"mathvariant"},
    "img": {"src", "alt", "width", "height"},
}


def html(text: str) -> str:
    """Return HTML without anything that runs, loads other resources, restyles the page or imitates a part of it."""
    if _is_deep(text):
        return f"<pre>{escaped(text)}</pre>"
    return nh3.clean(
        text,
        tags=_TAGS - {"style", "svg"},
        attributes={tag: names - {"class"} if tag == "*" else names for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        attribute_filter=_attribute,
    )


def _is_deep(page: str) -> bool:
    """Return whether elements may be nested so deeply that cleaning takes minutes."""
    names = [(bool(match["closes"]), match["name"].lower()) for match in _TAG.finditer(page)]
    nesting = [(closes, name) for closes, name in names if name not in _OPTIONAL_END_TAG]
    if sum(not closes for closes, _ in nesting) > _MAX_ELEMENTS:
        return True
    within: list[str] = []
    for closes, name in nesting:
        if not closes:
            within.append(name)
        elif name in within:
            while within.pop() != name:
                pass
        if len(within) > _MAX_DEPTH:
            return True
    return False


def sealed(page: str) -> str:
    """Wrap clean HTML so that nbgrader's pages show it unchanged, as an output and as a Markdown cell.

    Without line breaks, none of it is read as Markdown. MathJax ignores it: its formulas can cover all of a page.
    """
    line = page.strip().replace("\n", "&#10;")
    return f"{_SEAL}{line}</div>"


def is_sealed(source: str) -> bool:
    """Return whether a Markdown cell was made by `sealed` from a student's text."""
    return source.startswith(_SEAL)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "src":  # pictures are embedded; loading one from elsewhere would reveal who reads what when
        return (
            value if value.startswith(tuple(f"data:{mime};base64," for mime in (*_PICTURES, "image/svg+xml"))) else None
        )
    if name == "href":
        return value if value.startswith(("http://", "https://", "mailto:", "#")) else None
    return value


def text(value: str) -> str:
    """Return printed text without terminal colours, and only the last state of lines that a progress bar overwrote."""
    if "\r" in value or "\x1b" in value:
        lines = _ANSI.sub("", value).replace("\r\n", "\n").split("\n")
        value = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return value.translate(_CONTROLS)


def outputs(shown: list[wire.Output]) -> list[dict[str, Any]]:
    """Return a cell's outputs in the notebook format, safe to render."""
    cleaned: list[dict[str, Any]] = []
    for output in shown:
        match output:
            case wire.Stream():
                cleaned.append({"output_type": "stream", "name": output.name, "text": text(output.text)})
            case wire.Data():
                data = _bundle(output.data)
                if data:
                    cleaned.append({"output_type": "display_data", "data": data, "metadata": {}})
            case wire.Error():
                traceback = [text(line) for line in output.traceback]
                names = {"ename": text(output.ename), "evalue": text(output.evalue)}
                cleaned.append({"output_type": "error", **names, "traceback": traceback})
    return cleaned


def _bundle(data: dict[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for mime, value in data.items():
        if mime in _PICTURES and _BASE64.fullmatch(value):
            kept[mime] = value
        elif mime == "text/plain":
            kept[mime] = text(value)
        elif mime == "text/html":
            kept[mime] = sealed(html(value))
    return kept


def escaped(value: str) -> str:
    """Return text as HTML."""
    return escape(text(value), quote=True)
