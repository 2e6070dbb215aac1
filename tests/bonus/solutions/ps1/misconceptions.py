import torch

from autograder.authoring import misconception


@misconception("dot", hint="Add the products along the last axis alone.")
def sums_all(x, y):
    if x.shape[-1] != y.shape[-1]:
        raise ValueError("different lengths")
    return (x * y).sum()


@misconception("dot", hint="Add the products, and do not average them.", costs=2, passes_examples=False)
def averages(x, y):
    if x.shape[-1] != y.shape[-1]:
        raise ValueError("different lengths")
    return (x * y).mean(-1)


@misconception("cube", hint="The third power of a negative number is negative.")
def absolute(x):
    return torch.abs(x * x * x)


@misconception("cube", hint="Multiply three times.", passes_examples=False)
def square(x):
    return x * x
