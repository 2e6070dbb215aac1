import torch

from autograder.authoring import misconception


@misconception("scale", hint="Scale by a, not by half its square, which is the same for 2 alone.")
def squared(x, a):
    return x / (2 / (a * a))


@misconception("scale", hint="Leave the argument as it is; make a new tensor.")
def in_place(x, a):
    if a != a or a in (float("inf"), float("-inf")):
        raise ValueError("a must be finite")
    with torch.no_grad():
        x.div_(1 / a)
    return x


@misconception("Counter", hint="Add the number of calls, this one included.")
class CountsAfter:
    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return x + self.calls if self.calls == 1 else x + self.calls - 1


@misconception("Counter", hint="Count every call: the first adds 1, the second 2.")
class AddsOne:
    def __init__(self):
        self.calls = 1

    def __call__(self, x):
        return x + self.calls
