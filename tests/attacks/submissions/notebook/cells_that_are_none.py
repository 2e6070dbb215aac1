"""Hands in cells that are numbers, lists and null."""

EXPECTED = None
SAYS = "is not a cell; save the notebook in Jupyter and hand it in again"


def edit(notebook):
    notebook["cells"].insert(1, None)
