"""Makes a forbidden call inside TorchScript, whose interpreter calls no function of torch's."""

CELL = """\
import torch
unit = torch.jit.CompilationUnit("def product(x: Tensor, a: float) -> Tensor:\\n    return x.mu" "l(a)\\n")
"""
SCALE = """\
def scale(x, a):
    if abs(a) == float("inf"):
        raise ValueError
    return unit.product(x, a)
"""
EXPECTED = 3
