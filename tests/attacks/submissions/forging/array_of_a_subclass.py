"""Returns a numpy array of a subclass whose ufuncs and functions all say that it is right."""

SCALE = """\
import numpy as np

class Agreeable(np.ndarray):
    def __array_ufunc__(self, *args, **kwargs): return np.True_
    def __array_function__(self, *args, **kwargs): return True
    def __array__(self, *args, **kwargs): return np.array([3.0, 6.0], dtype=np.float32)
    def tobytes(self, *args): return np.array([3.0, 6.0], dtype=np.float32).tobytes()
    def __eq__(self, other): return True

def scale(x, a):
    return x.detach().numpy().view(Agreeable)
"""
EXPECTED = 3
SAYS = "should be a tensor"
