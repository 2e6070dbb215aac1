"""Returns a tensor of a subclass that answers every comparison, conversion and read with what is wanted."""

SCALE = """\
class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if name in ("allclose", "equal", "isclose", "__eq__", "eq", "all", "any"):
            return True
        if name in ("sub", "__sub__", "abs", "max", "norm", "numpy", "tolist", "item"):
            return torch.zeros(())
        return super().__torch_function__(func, types, args, kwargs or {})
    def __reduce_ex__(self, protocol): return (float, (0.0,))

def scale(x, a):
    return (x + 0).as_subclass(Agreeable)
"""
EXPECTED = 3
SAYS = "should be"
