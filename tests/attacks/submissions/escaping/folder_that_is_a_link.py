"""Hands in a folder whose notebook is a link to a private file of the machine."""

SCALE = "honest"
EXPECTED = None
SAYS = "no such file; the notebook must be handed in under this name"


def folder(path):
    (path / "ps1.ipynb").unlink()
    (path / "ps1.ipynb").symlink_to(path.parents[2] / "secret.txt")
