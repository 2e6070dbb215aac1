"""Solutions that call other exercises where the course's own do not; `autograder audit` and grading read them."""

import torch

from autograder.authoring import way


@way("cross_entropy")
def by_log_softmax(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0):
    rows = logits.movedim(1, -1).reshape(-1, logits.shape[1])
    log_probs = log_softmax(rows, dim=1)
    kept = target.reshape(-1) != ignore_index
    log_probs, classes = log_probs[kept], target.reshape(-1)[kept]
    if weight is None:
        weight = torch.ones(logits.shape[1], dtype=logits.dtype)
    of_target = weight[classes]
    total = (-of_target * log_probs.gather(1, classes[:, None]).squeeze(1)).sum()
    if label_smoothing:
        smooth = -(log_probs * weight).sum(dim=1) / logits.shape[1]
        total = (1 - label_smoothing) * total + label_smoothing * smooth.sum()
    return total / of_target.sum()
