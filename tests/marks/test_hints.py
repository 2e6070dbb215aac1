"""The hints and reasons of wrong answers are true: every third answer in hints/ is graded, as in a class.

All are where the environment variable ANSWERS is `all`. What is told of them must hold, and what once was told and is not so must not be told again.
"""

import pytest

from tests.marks.corpus import ROOT, answers, sampled

HERE = ROOT / "tests" / "marks" / "hints"

TOLD = {
    "leaky_relu · clamp both": "but where an input is exactly 0",
    "linear · squeeze": "not their shape: it is (3,) where it should be (1, 3)",
    "softmax · keepdim missing": "at the shape",
    "BatchNorm · momentum of the old, biased": "the old value keeps 1 - momentum. And besides",
    "dropout · x mask / p": "Dividing by p is right for p = 0.5 by chance",
    "layer_norm · numpy": "cut off from the graph",
    "layer_norm · eps outside": "eps is added in another place",
    "batch_norm_backward · without eps": "`eps` is 0",
    "batch_norm_backward · N - 1": "at what a variance is divided by",
    "batch_norm_backward · sign": "a sign is turned",
    "group_norm · unbiased": "divide by the number of values, not by one less",
    "group_norm · interleaved": "Neighbouring channels form a group",
    "dropout · mask inverted": "taken the other way round",
    "lstm_step · detached, gates i f o g": "candidate, output gate. And besides: the result is cut off",
    "conv2d · dilation ignored": "`dilation`, which has no effect",
    "conv_parameter_count · true division": "give an integer",
    "kl_divergence · nansum": "a gradient is NaN",
    "pairwise_l1 · sqrt of square": "a gradient is NaN",
    "nt_xent · exp and log": "wherever `temperature` is 0.01",
    "scaled_dot_product_attention · mask not assigned": "(`masked_fill`) is not applied",
    "scaled_dot_product_attention · divided by d": "(`sqrt`) is not applied",
    "cross_entropy · clipped": "large numbers in its inputs",
    "sparse_sgd_step · new table": "they stand in a new tensor",
    "sgd_step · zeros for the first buffer": "dampening begins with the second step",
    "textbook_momentum · torch's form by sgd_step": "Each gradient keeps the rate of its own step",
    "adam_step · betas exchanged": "The two numbers of `betas` are exchanged: look at what the first of them is for",
    "adam_step · returns the weight only": "Only the first of the results is there",
    "adamw_step · no decay at all": "It gives what is right where `weight_decay` is 0",
    "he_normal · normal_ with the variance": "multiply by the root",
    "accumulate_gradients · clears in the loop": "Clear the gradients once, before the loop",
    "causal_mask · syntax error": "has a syntax error in line 2",
    "batch_norm · channels in one mean": "do not average over the channels",
    "batch_norm · pictures cut into rows": "Move the channels to the end",
    "layer_norm · std of the last axis, eps beside it": "with eps under the root",
    "instance_norm · divided by the variance": "(`sqrt`) is not applied",
    "group_norm · a constant for eps, mean of the sample": "`groups` and `eps` have no effect",
    "gru_step · of the paper, without the second bias": "but for `b_hh`, which has no effect",
    "lstm_step · the first block for all": "Each gate has weights of its own",
    "positional_encoding · whole division": "The exponent is a fraction",
    "multi_head_attention · always looks back only": "but for `memory`, which has no effect",
    "k_nearest · squares of the distances": "`metric` has no effect",
    "one_hot · rows of floats, one axis": "but they are floats, and integers are asked for",
    "adamw_step · always decoupled, decays the moved weight, eps too early": "`decoupled` has no effect",
    "nt_xent · plain products": "bring every row to length one",
    "info_nce · plain products of the rows": "by columns as well as by rows",
    "triplet_margin_loss · squares, a fixed margin": "`margin` and `reduction` have no effect",
}
"""By the answer, words of its hint or of the note above its checks."""

NEVER = (
    "a part of the formula is detached or constant",
    "square inputs only",
    "first axis has size 1",
    "float32: torch.tensor(0.5)",
    "build something huge",
    "square root of what is asked for",
    "what is right for -`mask`",
)
"""What is true of none of these answers."""


@pytest.mark.parametrize("problem_set", ["ps2", "ps3", "ps4", "ps5", "ps6", "ps7", "ps8", "ps9"])
def test_what_is_told_is_so(course, problem_set):
    for answer, verdict in course.marks(sampled(answers(HERE / f"{problem_set}.py"), 2)).items():
        said = f"{verdict.hint} {verdict.note} {' '.join(check.reason for check in verdict.checks)}"
        assert TOLD.get(answer.title, "") in said, (answer.title, said)
        assert not [words for words in NEVER if words in said], (answer.title, said)
        if "new table" in answer.title:
            assert "cut off" not in said
        if "true division" in answer.title:
            assert "the float 36928.0" in said
