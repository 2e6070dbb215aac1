"""Hands in NaN, infinities and numbers beyond all bounds where numbers and texts are expected."""

import json

SCALE = "honest"
EXPECTED = 10


def edit(notebook):
    for cell in notebook["cells"]:
        cell["execution_count"] = float("nan")
        cell["metadata"]["nbgrader"] |= {"points": float("inf"), "schema_version": -float("inf")}
    notebook["nbformat_minor"] = 10**400
    return json.dumps(notebook).encode()
