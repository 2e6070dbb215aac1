"""Fills all memory that it can get, by lists, tensors and arrays."""

SCALE = """\
def scale(x, a):
    if a == 2.0:
        return x + x
    kept = []
    while True:
        kept.append(torch.ones(16 << 20))
"""
EXPECTED = 3
SAYS = "your code asked for more memory than it may use"
