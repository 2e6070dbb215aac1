"""Hands in bytes that are no UTF-8, in the midst of a good notebook."""

import json

SCALE = "honest"
EXPECTED = None
SAYS = "not UTF-8 text"


def edit(notebook):
    return json.dumps(notebook).encode().replace(b"scale", b"sc\xff\xfe\xc0\x80le")
