"""Replaces torch's and torch.testing's comparisons by ones that find everything equal."""

CELL = """\
import torch, torch.testing
torch.testing.assert_close = torch.testing._comparison.assert_close = lambda *_, **__: None
torch.allclose = torch.equal = torch.isclose = torch.Tensor.allclose = torch.Tensor.equal = lambda *_, **__: True
torch.Tensor.__eq__ = torch.Tensor.all = torch.Tensor.__bool__ = lambda *_, **__: True
"""
SCALE = "def scale(x, a):\n    return x + 0\n"
EXPECTED = 3
SAYS = "where it should be 6"
