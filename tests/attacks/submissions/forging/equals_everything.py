"""Returns an object that says it equals, contains and is close to everything, and is a tensor."""

SCALE = """\
class Yes:
    __class__ = torch.Tensor
    shape, dtype, device, layout, requires_grad = torch.Size([2]), torch.float32, torch.device("cpu"), torch.strided, True
    def __getattr__(self, name): return lambda *args, **kwargs: self
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __len__(self): return 2
    def __iter__(self): return iter([3.0, 6.0])
    def __float__(self): return 0.0
    __hash__ = None
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None): return True

def scale(x, a):
    return Yes()
"""
EXPECTED = 3
