"""The templates of pages: every text is escaped, and a name that is not there is an error."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import cleaning, panel


@cache
def environment(package: str, **settings: Any) -> Environment:
    """Of the folder templates/ of a package, with the filters `points` and `plain`."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **settings,
    )
    made.filters["points"] = panel.number
    made.filters["plain"] = cleaning.text
    return made
