"""AdamW's step and its schedule, the functions of problem set 9, for the notebook beside this file.

You may replace them by your own: `train_with_adamw(step=adamw_step, schedule=learning_rate)`.

AdamW 的一步及其学习率调度，即第九次作业中的函数，供旁边的笔记本使用。你可以换成自己的函数。
"""

import math

import torch


def adamw_step(weight, grad, m, v, step, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
    """Take one step of AdamW, the `step`-th, counted from 1; returns the new weight and the new averages `m` and `v`.

    完成 AdamW 的第 `step` 步（从 1 数起）；返回新的权重，以及新的滑动平均 `m` 和 `v`。
    """
    m = torch.lerp(grad, m, betas[0])
    v = torch.lerp(grad.square(), v, betas[1])
    size = torch.sqrt(v / (1 - betas[1] ** step)) + eps
    return weight * (1 - lr * weight_decay) - lr / (1 - betas[0] ** step) * m / size, m, v


def learning_rate(step, warmup, total, peak, floor=0.0):
    """Give the rate of a step, counted from 0: a line up to `peak`, then half a cosine down to `floor` at step `total`.

    给出一步（从 0 数起）的学习率：沿直线升到 `peak`，再沿半个余弦降下来，在第 `total` 步降到 `floor`。
    """
    if step < warmup:
        return peak * (step + 1) / warmup
    share = min(1.0, (step - warmup) / (total - warmup))
    return floor + (peak - floor) * (1 + math.cos(math.pi * share)) / 2
