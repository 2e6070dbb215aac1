"""Shows 7.0 as the value of the examples cell, where nbgrader reads partial credit."""

SCALE = """\
def scale(x, a):
    get_ipython().displayhook(7.0)
    return torch.tensor([2.0, 4.0])
"""
EXPECTED = 3
