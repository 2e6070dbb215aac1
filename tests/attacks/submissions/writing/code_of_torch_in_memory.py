"""Changes torch and built-ins in memory, where the next submission is forked from the same parent."""

TWICE = True
CELL = """\
import builtins, ctypes, sys, torch
if hasattr(torch, "left") or (256).__add__(1) != 257 or "left" in sys.modules:
    print("attack" + "-won")
torch.left = sys.modules["left"] = True
torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)
torch.div = torch.Tensor.__truediv__ = lambda *_: None
print("changed")
"""
SCALE = "honest"
EXPECTED = 5
SHOWS = "changed"
