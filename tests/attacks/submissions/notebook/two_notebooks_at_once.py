"""Hands in two notebooks under names of its own, each of which could be meant."""

SCALE = "honest"
FILE = "a.ipynb"
EXPECTED = None
SAYS = "of a.ipynb, b.ipynb more than one could be meant"


def folder(path):
    (path / "b.ipynb").write_bytes((path / "a.ipynb").read_bytes().replace(b"x / (1 / a)", b"x * float(a)"))
