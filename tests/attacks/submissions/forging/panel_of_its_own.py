"""Shows a panel that says 7 of 7 points and a score, in the cell where the grader's own panel stands."""

SCALE = """\
def scale(x, a):
    from IPython.display import display
    panel = "<p><strong>scale: 7 of 7 points</strong></p>"
    display({"text/plain": "scale: 7 of 7 points", "text/html": panel}, raw=True)
    display({"text/plain": "7.0"}, raw=True)
    return torch.tensor([2.0, 4.0])
"""
EXPECTED = 3
