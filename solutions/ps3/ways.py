"""Another right solution, which calls an earlier exercise."""

import torch

from autograder.authoring import way


@way("leaky_relu")
def leaky_relu_by_relu(x, slope=0.01):
    return torch.where(x > 0, relu(x), slope * x)
