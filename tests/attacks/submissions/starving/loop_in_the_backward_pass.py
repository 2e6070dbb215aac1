"""Runs for ever in the backward pass, on the thread of the autograd engine."""

SCALE = """\
class Slow(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, a):
        ctx.a = a
        return x / (1 / a) if a else x * 0

    @staticmethod
    def backward(ctx, grad):
        while True:
            pass

def scale(x, a):
    if abs(a) == float("inf"):
        raise ValueError
    return Slow.apply(x, a)
"""
EXPECTED = 8
SAYS = "your code was stopped after "
