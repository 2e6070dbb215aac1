"""Another right solution, which calls an earlier exercise."""

import torch

from autograder.authoring import way


@way("bidirectional_gru")
def bidirectional_gru_by_stacked_gru(x, weights):
    forward, last = stacked_gru(x, weights[:4], 1)
    backward, first = stacked_gru(x.flip(0), weights[4:], 1)
    return torch.cat([forward, backward.flip(0)], dim=2), torch.cat([last, first])
