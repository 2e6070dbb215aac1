"""Hands in a hundred thousand cells, in a file that is small enough."""

EXPECTED = None
SAYS = "100000 cells, at most 2000; delete those you do not need"


def edit(notebook):
    cell = b'{"cell_type":"raw","source":"","metadata":{}}'
    return b'{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[' + b",".join([cell] * 100_000) + b"]}"
