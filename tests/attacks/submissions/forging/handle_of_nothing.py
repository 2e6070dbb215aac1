"""Returns handles with numbers of its own choice and names of the grader's classes."""

ENGINE = True
SCALE = """\
def scale(x, a):
    from inside import values, wire
    values.Packer._tensor = lambda self, value: wire.Handle(-1, "object", "Tensor", ["torch.Tensor", "AssertionError"])
    return x + x
"""
EXPECTED = 3
SAYS = "should be"
