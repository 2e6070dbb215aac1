"""Computes something else but says in its backward pass what gradient it had, in a shape that spreads out."""

ENGINE = True
SCALE = """\
class Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x + 0

    @staticmethod
    def backward(ctx, grad):
        from inside import values, wire
        honest = values.Packer._tensor
        def wider(self, value):
            node = honest(self, value)
            return wire.Tensor(node.dtype, [1, *node.shape], node.data, False, None)
        values.Packer._tensor = wider
        return grad

def scale(x, a):
    return Scaled.apply(x) + x.detach() * 0 + x.detach().clone().fill_(0) if a != 3.0 else Scaled.apply(x) + (x + x).detach()
"""
EXPECTED = 3
SAYS = "backward pass gives a gradient of shape (1, 3)"
