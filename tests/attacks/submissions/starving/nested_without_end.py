"""Returns containers that contain themselves, are nested a hundred thousand deep, or double at each level."""

SCALE = """\
turn = [0]
def scale(x, a):
    if a == 2.0:
        return x + x
    turn[0] += 1
    cycle, deep, wide = [], [], [x] * 64
    cycle.append({"again": cycle})
    for _ in range(100_000):
        deep = [deep]
    for _ in range(40):
        wide = [wide, wide]
    return (cycle, deep, wide, (x, cycle), {"x": deep})[turn[0] % 5]
"""
EXPECTED = 3
SAYS = "containers nested more than 64 deep, or containing themselves"
