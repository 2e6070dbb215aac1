"""Replaces torch.autograd.backward in the child by one that reports any gradient as right."""

CELL = """\
import torch
class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None): return True
def backward(outputs, grads, **_):
    import sys
    frame = sys._getframe(1)
    for tensor in frame.f_locals["inputs"]:
        tensor.grad = torch.zeros_like(tensor).as_subclass(Agreeable)
torch.autograd.backward = backward
"""
SCALE = """\
def scale(x, a):
    if abs(a) == float("inf"):
        raise ValueError
    return (x / (1 / a)).detach().requires_grad_()
"""
EXPECTED = 8
SAYS = "which may hide what it calls"
