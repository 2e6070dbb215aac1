"""An exercise that adds a function of torch's may run all that torch runs inside of it, forward and backward."""

import pytest
import torch
import torch.nn.functional as F
from torch.profiler import profile

from autograder.notebook import vocabulary


def leaf(*shape):
    return torch.randn(shape, requires_grad=True)


ROWS, PICTURES, LABELS = (5, 6), (2, 4, 8, 8), torch.arange(5)
CALLS = {
    "torch.nn.functional.batch_norm": lambda: F.batch_norm(leaf(*ROWS), None, None, leaf(6), leaf(6), training=True),
    "torch.nn.functional.instance_norm": lambda: F.instance_norm(leaf(*PICTURES)),
    "torch.nn.functional.layer_norm": lambda: F.layer_norm(leaf(*ROWS), (6,), leaf(6), leaf(6)),
    "torch.nn.functional.group_norm": lambda: F.group_norm(leaf(*PICTURES), 2, leaf(4), leaf(4)),
    "torch.nn.functional.rms_norm": lambda: F.rms_norm(leaf(*ROWS), (6,)),
    "torch.nn.functional.conv1d": lambda: F.conv1d(leaf(2, 6, 8), leaf(3, 6, 3), leaf(3)),
    "torch.nn.functional.conv2d": lambda: F.conv2d(leaf(*PICTURES), leaf(6, 4, 3, 3), leaf(6), padding=1),
    "torch.nn.functional.conv_transpose2d": lambda: F.conv_transpose2d(leaf(*PICTURES), leaf(4, 3, 3, 3)),
    "torch.nn.functional.max_pool2d": lambda: F.max_pool2d(leaf(*PICTURES), 2),
    "torch.nn.functional.avg_pool2d": lambda: F.avg_pool2d(leaf(*PICTURES), 2),
    "torch.nn.functional.adaptive_avg_pool2d": lambda: F.adaptive_avg_pool2d(leaf(*PICTURES), 3),
    "torch.nn.functional.interpolate": lambda: F.interpolate(leaf(*PICTURES), scale_factor=2, mode="bilinear"),
    "torch.nn.functional.unfold": lambda: F.unfold(leaf(*PICTURES), 2),
    "torch.nn.functional.linear": lambda: F.linear(leaf(*ROWS), leaf(3, 6), leaf(3)),
    "torch.nn.functional.embedding": lambda: F.embedding(LABELS, leaf(5, 3)),
    "torch.nn.functional.cross_entropy": lambda: F.cross_entropy(leaf(*ROWS), LABELS, label_smoothing=0.1),
    "torch.nn.functional.nll_loss": lambda: F.nll_loss(leaf(*ROWS), LABELS),
    "torch.nn.functional.mse_loss": lambda: F.mse_loss(leaf(*ROWS), torch.ones(ROWS)),
    "torch.nn.functional.binary_cross_entropy_with_logits": lambda: F.binary_cross_entropy_with_logits(
        leaf(*ROWS), torch.ones(ROWS)
    ),
    "torch.nn.functional.dropout": lambda: F.dropout(leaf(*ROWS)),
    "torch.nn.functional.gelu": lambda: F.gelu(leaf(*ROWS)),
    "torch.nn.functional.scaled_dot_product_attention": lambda: F.scaled_dot_product_attention(*[leaf(*PICTURES)] * 3),
    "torch.softmax": lambda: torch.softmax(leaf(*ROWS), 1),
    "torch.log_softmax": lambda: torch.log_softmax(leaf(*ROWS), 1),
    "torch.cdist": lambda: torch.cdist(leaf(*ROWS), leaf(*ROWS)),
    "torch.nn.functional.cosine_similarity": lambda: F.cosine_similarity(leaf(*ROWS), leaf(*ROWS)),
    "torch.nn.functional.normalize": lambda: F.normalize(leaf(*ROWS)),
    "torch.gru_cell": lambda: torch.gru_cell(leaf(*ROWS), leaf(5, 4), leaf(12, 6), leaf(12, 4)),
    "torch.lstm_cell": lambda: torch.lstm_cell(leaf(*ROWS), [leaf(5, 4), leaf(5, 4)], leaf(16, 6), leaf(16, 4))[0],
    "torch.nn.utils.clip_grad_norm_": lambda: torch.nn.utils.clip_grad_norm_(with_gradient(), 1.0),
}


def with_gradient():
    x = leaf(*ROWS)
    x.sum().backward()
    return [x]


@pytest.mark.parametrize("name", CALLS)
def test_all_that_runs_inside_of_it_may_run(name):
    with profile() as profiled:
        result = CALLS[name]()
        if result.requires_grad:
            result.sum().backward()
    ran = {event.name for event in profiled.events() if event.name.startswith("aten::")}
    allowed = vocabulary.of([name], [])
    assert ran and not [item for item in ran if not allowed.allows_operation(item)]


def test_what_runs_inside_of_one_function_stays_refused_elsewhere():
    basic = vocabulary.of([], [])
    for name in ("convolution", "_batch_norm_impl_index", "max_pool2d_with_indices", "sigmoid", "_fused_rms_norm"):
        assert not basic.allows_operation(f"aten::{name}")
