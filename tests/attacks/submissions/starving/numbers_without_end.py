"""Returns an integer of ten million digits, a huge text and a list of a million numbers."""

SCALE = """\
turn = [0]
def scale(x, a):
    if a == 2.0:
        return x + x
    turn[0] += 1
    return (1 << 40_000_000, "x" * (8 << 20), [0.5] * 1_000_000)[turn[0] % 3]
"""
EXPECTED = 3
SAYS = "your code returned something that cannot be checked: "
