"""The zygote's memory: what a child allocates lies together, wherever the import has left holes."""

import subprocess
import sys

import pytest

SPAN = """
from autograder.jail.inside import memory_layout

malloc, free = memory_layout._libc.malloc, memory_layout._libc.free
pieces = [(malloc(200), malloc(4000)) for _ in range(2000)]
for small, _ in pieces:
    free(small)
{fill}
places = [malloc(200) for _ in range(1000)]
print(max(places) - min(places))
"""


def span(fill):
    """Bytes over which a thousand pieces of 200 bytes lie."""
    code = SPAN.format(fill=fill)
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the heap is glibc's")
def test_pieces_lie_side_by_side_behind_the_holes():
    assert span("") > 2_000_000
    assert span("memory_layout.fill_holes()") < 300_000
