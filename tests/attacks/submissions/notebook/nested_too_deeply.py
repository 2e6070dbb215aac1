"""Nests metadata and outputs so deeply that a reader's stack runs over."""

import json

SCALE = "honest"
EXPECTED = None
SAYS = "nested too deeply to be a notebook"


def edit(notebook):
    notebook["metadata"]["x"] = "DEEP"
    return json.dumps(notebook).encode().replace(b'"DEEP"', b'{"x":[' * 200_000 + b"]}" * 200_000)
