"""Rendering of the pages for staff: self-contained HTML files that run no script but this package's own."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import Any

from markupsafe import Markup

from autograder.feedback.templating import environment
from autograder.terminal import literal


def render(template: str, **values: Any) -> str:
    """Return the page that a template of this package makes of `values`.

    Every string is escaped for HTML, and its unprintable characters are shown as escape sequences.
    """
    style, script = _text("staff.css"), _text("staff.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    policy += "; base-uri 'none'; form-action 'none'"
    return (
        environment("autograder.insight", finalize=_written_out)
        .get_template(template)
        .render(policy=Markup(policy), style=Markup(style), script=Markup(script), **values)
    )


def _written_out(value: object) -> object:
    # Applied to every value here, so that a template cannot forget it.
    return literal(value) if type(value) is str else value


def _text(name: str) -> str:
    return resources.files("autograder.insight").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
