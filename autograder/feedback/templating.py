"""The templates of pages: every text is escaped, and an undefined name is an error."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.language import gettext, ngettext, number
from autograder.language.staff import for_staff, list_for_staff, some_for_staff, staff_language

from . import cleaning, panel

_STAFF = {
    "for_staff": for_staff,
    "list_for_staff": list_for_staff,
    "some_for_staff": some_for_staff,
    "staff_language": staff_language,
}


@cache
def environment(package: str, **settings: Any) -> Environment:
    """Return the environment of a package's folder templates/.

    It has the filters `points`, `of_points`, `check_points` and `plain`, and translates texts to the language in use,
    or to staff's.
    """
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **settings,
    )
    made.filters["points"] = number
    made.filters["check_points"] = panel.check_points
    made.filters["plain"] = cleaning.text
    made.filters["of_points"] = panel.points_of
    made.globals |= {"gettext": gettext, "ngettext": ngettext, **_STAFF}
    made.globals |= {"of_points": panel.of_points, "slashed": panel.slashed}
    return made
