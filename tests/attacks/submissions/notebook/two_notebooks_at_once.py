"""Hands in two notebooks under names of its own, each of which could be meant."""

SCALE = "honest"
FILE = "a.ipynb"
EXPECTED = None
SAYS = "several that could be meant: a.ipynb, b.ipynb; rename the right one"


def folder(path):
    (path / "b.ipynb").write_bytes((path / "a.ipynb").read_bytes())
