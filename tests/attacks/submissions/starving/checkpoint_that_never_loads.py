"""Loads a checkpoint whose unpickling runs for ever."""

CELL = """\
import io, itertools, pickle, torch
class Endless:
    def __reduce__(self): return sum, (itertools.count(),)
try:
    torch.load(io.BytesIO(pickle.dumps(Endless())))
except pickle.UnpicklingError:
    print("torch refuses it")
torch.load(io.BytesIO(pickle.dumps(Endless())), weights_only=False)
"""
SCALE = "honest"
EXPECTED = 10
SAYS = " s and did not let itself be stopped"
