"""What the pages for staff share: one file each, that loads nothing and runs nothing but the script of this folder."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.reports import panel
from autograder.terminal import literal


def render(template: str, **values: Any) -> str:
    """The page that a template of this folder makes; every text is escaped, and what does not print is written out."""
    style, script = _text("staff.css"), _text("staff.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    policy += "; base-uri 'none'; form-action 'none'"
    return (
        _environment()
        .get_template(template)
        .render(policy=Markup(policy), style=Markup(style), script=Markup(script), **values)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("autograder.insight"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Whatever is shown goes through here: nothing depends on a filter that a template forgets.
        finalize=lambda value: literal(value) if type(value) is str else value,
    )
    environment.filters["points"] = panel.number
    return environment


def _text(name: str) -> str:
    return resources.files("autograder.insight").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
