"""Hands in a link to its neighbour's notebook under another name, to be taken for its own."""

SCALE = "honest"
FILE = "homework.ipynb"
EXPECTED = None
SAYS = "no such file"


def folder(path):
    (path / "homework.ipynb").unlink()
    neighbour = next(item for item in sorted(path.parents[1].iterdir()) if item.name.endswith("-honest"))
    (path / "homework.ipynb").symlink_to(neighbour / "ps1" / "ps1.ipynb")
