"""Other right solutions, which call earlier exercises."""

import math

import torch

from autograder.authoring import way


@way("leaky_relu")
def leaky_relu_by_relu(x, slope=0.01):
    return torch.where(x > 0, relu(x), slope * x)


@way("gelu")
def gelu_by_sigmoid(x, approximate="none"):
    if approximate == "none":
        return x / 2 * (1 + torch.erf(x / math.sqrt(2)))
    if approximate == "tanh":
        return x * sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    raise ValueError('approximate is "none" or "tanh"')
