"""Hands in a file of 100 MiB."""

SCALE = "honest"
EXPECTED = None
SAYS = "100 MiB, at most 20; clear all outputs, save, and hand it in again"


def folder(path):
    with (path / "ps1.ipynb").open("r+b") as file:
        file.truncate(100 << 20)
