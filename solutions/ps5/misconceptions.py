"""Wrong solutions that students write for problem set 5, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception("rnn_step", hint="Both biases count: add b_hh as well as b_ih.", costs=3)
def rnn_without_state_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T)


@misconception(
    "rnn_step",
    hint="Add what input and state contribute first, and take one tanh of the sum.",
    passes_examples=False,
    costs=5,
)
def one_tanh_each(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih) + torch.tanh(h @ w_hh.T + b_hh)


@misconception(
    "rnn_step",
    hint="The state weights are packed like the input weights: transpose w_hh as well.",
    costs=4,
)
def state_weights_not_transposed(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh + b_hh)


@misconception("rnn_step", hint="The gradient flows through the state to earlier steps: do not detach it.", costs=3)
def state_without_gradient(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h.detach() @ w_hh.T + b_hh)


@misconception("gru_step", hint="torch applies r to the product W_hn h + b_hn, not to h before it.", costs=3)
def reset_before_the_product(x, h, w_ih, w_hh, b_ih, b_hh):
    size = h.shape[1]
    gi = x @ w_ih.T + b_ih
    gh = h @ w_hh.T + b_hh
    r = torch.sigmoid(gi[:, :size] + gh[:, :size])
    z = torch.sigmoid(gi[:, size : 2 * size] + gh[:, size : 2 * size])
    n = torch.tanh(gi[:, 2 * size :] + (r * h) @ w_hh[2 * size :].T + b_hh[2 * size :])
    return (1 - z) * n + z * h


@misconception(
    "gru_step", hint="z says how much of the old state stays: it multiplies h, and 1 - z the candidate.", costs=3
)
def update_gate_swapped(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return z * n + (1 - z) * h


@misconception(
    "gru_step",
    hint="There are two biases: b_hh counts as well, inside the gates and inside the reset product.",
    costs=3,
)
def state_bias_missing(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T).chunk(3, 1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return (1 - z) * n + z * h


@misconception("gru_step", hint="torch packs the weights in the order reset, update, candidate.", costs=3)
def gates_in_the_wrong_order(x, h, w_ih, w_hh, b_ih, b_hh):
    i_z, i_r, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_z, h_r, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return (1 - z) * n + z * h


@misconception("gru_step", hint="b_hn stands inside the bracket that r multiplies.", costs=2)
def reset_misses_the_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    size = h.shape[1]
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, _ = (h @ w_hh.T + b_hh).chunk(3, 1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * (h @ w_hh[2 * size :].T) + b_hh[2 * size :])
    return (1 - z) * n + z * h


@misconception(
    "lstm_step", hint="torch packs the weights in the order input gate, forget gate, candidate, output gate.", costs=3
)
def candidate_taken_for_output_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, o, g = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@misconception(
    "lstm_step", hint="The first block of the weights is the input gate, the second the forget gate.", costs=3
)
def forget_gate_taken_for_input_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    f, i, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@misconception(
    "lstm_step",
    hint="The output gate is a gate like the others, with a sigmoid; the tanh is around the new cell.",
    passes_examples=False,
    costs=3,
)
def tanh_on_the_output_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.tanh(o) * torch.tanh(c), c


@misconception(
    "lstm_step", hint="The state shows the tanh of the new cell, not the cell itself.", passes_examples=False, costs=3
)
def cell_shown_without_tanh(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * c, c


@misconception(
    "lstm_step",
    hint="A forget bias of 1 belongs into the initial weights; the step adds only the biases it is given.",
    passes_examples=False,
    costs=2,
)
def forget_bias_in_the_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@misconception(
    "lstm_step",
    hint="The output gate shows the new cell: work out c first, then h from it.",
    passes_examples=False,
    costs=4,
)
def state_from_the_old_cell(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    state = torch.sigmoid(o) * torch.tanh(c)
    return state, torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)


@misconception(
    "rnn_forward",
    hint="Time is the first axis: out[-1] is the last step, out[:, -1] the last sample.",
    passes_examples=False,
    costs=3,
)
def last_sample_for_last_step(x, h0, weights):
    if len(x) == 0:
        raise ValueError("no steps")
    w_ih, w_hh, b_ih, b_hh = weights
    h, states = h0, []
    for x_t in x:
        h = torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    out = torch.stack(states)
    return out, out[:, -1]


@misconception(
    "rnn_forward",
    hint="Give each step the state of the step before, not h0 every time.",
    passes_examples=False,
    costs=7,
)
def state_not_carried(x, h0, weights):
    if len(x) == 0:
        raise ValueError("no steps")
    w_ih, w_hh, b_ih, b_hh = weights
    out = torch.stack([torch.tanh(x_t @ w_ih.T + b_ih + h0 @ w_hh.T + b_hh) for x_t in x])
    return out, out[-1]


@misconception("rnn_forward", hint="Begin with h0, the state that you are given, not with zeros.", costs=3)
def begins_with_zeros(x, h0, weights):
    if len(x) == 0:
        raise ValueError("no steps")
    w_ih, w_hh, b_ih, b_hh = weights
    h, states = torch.zeros_like(h0), []
    for x_t in x:
        h = torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states), h


@misconception(
    "rnn_forward",
    hint="x has time first, (T, N, D): go along its first axis, and stack the states along it.",
    passes_examples=False,
    costs=5,
)
def batch_taken_for_time(x, h0, weights):
    if len(x) == 0:
        raise ValueError("no steps")
    w_ih, w_hh, b_ih, b_hh = weights
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h


@misconception(
    "rnn_forward", hint="Leave the chain of states connected: the gradient flows back through all steps.", costs=4
)
def state_detached_between_steps(x, h0, weights):
    if len(x) == 0:
        raise ValueError("no steps")
    w_ih, w_hh, b_ih, b_hh = weights
    h, states = h0, []
    for x_t in x:
        h = torch.tanh(x_t @ w_ih.T + b_ih + h.detach() @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states), h


@misconception(
    "stacked_gru",
    hint="Only the first layer reads x: give each further layer the states of the layer below.",
    passes_examples=False,
    costs=7,
)
def every_layer_reads_x(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("wrong number of tensors")
    last = []
    for layer in range(layers):
        w_ih, w_hh, b_ih, b_hh = weights[4 * layer : 4 * layer + 4]
        h, states = x.new_zeros(x.shape[1], w_hh.shape[1]), []
        for x_t in x:
            i_r, i_z, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            h = (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * h
            states.append(h)
        last.append(h)
    return torch.stack(states), torch.stack(last)


@misconception(
    "stacked_gru",
    hint="h_n holds the last state of every layer, one row a layer, not of the top layer only.",
    passes_examples=False,
    costs=3,
)
def last_state_of_the_top_only(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("wrong number of tensors")
    out = x
    for layer in range(layers):
        w_ih, w_hh, b_ih, b_hh = weights[4 * layer : 4 * layer + 4]
        h, states = x.new_zeros(x.shape[1], w_hh.shape[1]), []
        for x_t in out:
            i_r, i_z, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            h = (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * h
            states.append(h)
        out = torch.stack(states)
    return out, out[-1:]


@misconception(
    "stacked_gru",
    hint="Every layer begins with a state of zeros, not with the last state of the layer below.",
    passes_examples=False,
    costs=3,
)
def state_handed_up(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("wrong number of tensors")
    out, last = x, []
    h = x.new_zeros(x.shape[1], weights[1].shape[1])
    for layer in range(layers):
        w_ih, w_hh, b_ih, b_hh = weights[4 * layer : 4 * layer + 4]
        states = []
        for x_t in out:
            i_r, i_z, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            h = (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * h
            states.append(h)
        out = torch.stack(states)
        last.append(h)
    return out, torch.stack(last)


@misconception(
    "stacked_gru",
    hint="Each layer has four tensors of its own: move on in the list with the layer.",
    passes_examples=False,
    costs=4,
)
def weights_of_the_first_layer_everywhere(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("wrong number of tensors")
    out, last = x, []
    w_ih, w_hh, b_ih, b_hh = weights[:4]
    for _ in range(layers):
        h, states = x.new_zeros(x.shape[1], w_hh.shape[1]), []
        for x_t in out:
            i_r, i_z, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            h = (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * h
            states.append(h)
        out = torch.stack(states)
        last.append(h)
    return out, torch.stack(last)


@misconception(
    "bidirectional_gru",
    hint="Turn the states of the backward run round again: both halves of out[t] belong to step t.",
    passes_examples=False,
    costs=4,
)
def reverse_half_not_flipped_back(x, weights):
    def run(steps, w_ih, w_hh, b_ih, b_hh):
        h, states = steps.new_zeros(steps.shape[1], w_hh.shape[1]), []
        for x_t in steps:
            i_r, i_z, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            h = (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * h
            states.append(h)
        return torch.stack(states)

    ahead, back = run(x, *weights[:4]), run(x.flip(0), *weights[4:])
    return torch.cat([ahead, back], 2), torch.stack([ahead[-1], back[-1]])


@misconception(
    "bidirectional_gru",
    hint="The backward run ends at the first step: its last state stands in out[0], not in out[-1].",
    passes_examples=False,
    costs=3,
)
def last_output_taken_as_summary(x, weights):
    def run(steps, w_ih, w_hh, b_ih, b_hh):
        h, states = steps.new_zeros(steps.shape[1], w_hh.shape[1]), []
        for x_t in steps:
            i_r, i_z, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            h = (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * h
            states.append(h)
        return torch.stack(states)

    ahead, back = run(x, *weights[:4]), run(x.flip(0), *weights[4:]).flip(0)
    return torch.cat([ahead, back], 2), torch.stack([ahead[-1], back[-1]])


@misconception(
    "bidirectional_gru",
    hint="The forward run comes first, in h_n as in the halves of out.",
    passes_examples=False,
    costs=2,
)
def backward_run_first_in_h_n(x, weights):
    def run(steps, w_ih, w_hh, b_ih, b_hh):
        h, states = steps.new_zeros(steps.shape[1], w_hh.shape[1]), []
        for x_t in steps:
            i_r, i_z, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            h = (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * h
            states.append(h)
        return torch.stack(states)

    ahead, back = run(x, *weights[:4]), run(x.flip(0), *weights[4:]).flip(0)
    return torch.cat([ahead, back], 2), torch.stack([back[0], ahead[-1]])


@misconception(
    "bidirectional_gru",
    hint="Time is the first axis: the backward run turns that one round, not the batch.",
    passes_examples=False,
    costs=5,
)
def batch_reversed_for_time(x, weights):
    def run(steps, w_ih, w_hh, b_ih, b_hh):
        h, states = steps.new_zeros(steps.shape[1], w_hh.shape[1]), []
        for x_t in steps:
            i_r, i_z, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            h = (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * h
            states.append(h)
        return torch.stack(states)

    ahead, back = run(x, *weights[:4]), run(x.flip(1), *weights[4:]).flip(1)
    return torch.cat([ahead, back], 2), torch.stack([ahead[-1], back[-1]])


@misconception(
    "bidirectional_gru", hint="The backward run has weights of its own: the last four tensors of the list.", costs=4
)
def one_set_of_weights_for_both(x, weights):
    def run(steps, w_ih, w_hh, b_ih, b_hh):
        h, states = steps.new_zeros(steps.shape[1], w_hh.shape[1]), []
        for x_t in steps:
            i_r, i_z, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            h = (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * h
            states.append(h)
        return torch.stack(states)

    ahead, back = run(x, *weights[:4]), run(x.flip(0), *weights[:4]).flip(0)
    return torch.cat([ahead, back], 2), torch.stack([ahead[-1], back[0]])


@misconception(
    "parameter_count", hint="torch has two biases in each block, b_ih and b_hh.", passes_examples=False, costs=4
)
def one_bias(kind, input, hidden, layers=1, bidirectional=False):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in blocks:
        raise ValueError("unknown kind")
    ways = 2 if bidirectional else 1
    sizes = [input] + [ways * hidden] * (layers - 1)
    return sum(ways * blocks[kind] * hidden * (size + hidden + 1) for size in sizes)


@misconception(
    "parameter_count",
    hint="Above a bidirectional layer the input has both halves of its states, 2H numbers a step.",
    costs=3,
)
def one_half_read_above(kind, input, hidden, layers=1, bidirectional=False):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in blocks:
        raise ValueError("unknown kind")
    ways = 2 if bidirectional else 1
    sizes = [input] + [hidden] * (layers - 1)
    return sum(ways * blocks[kind] * hidden * (size + hidden + 2) for size in sizes)


@misconception(
    "parameter_count", hint="Each direction has weights of its own: a bidirectional layer counts twice.", costs=4
)
def directions_share_weights(kind, input, hidden, layers=1, bidirectional=False):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in blocks:
        raise ValueError("unknown kind")
    sizes = [input] + [(2 if bidirectional else 1) * hidden] * (layers - 1)
    return sum(blocks[kind] * hidden * (size + hidden + 2) for size in sizes)


@misconception(
    "parameter_count",
    hint="The candidate has weights as well: count one block more than there are gates.",
    passes_examples=False,
    costs=4,
)
def candidate_not_counted(kind, input, hidden, layers=1, bidirectional=False):
    blocks = {"rnn": 1, "gru": 2, "lstm": 3}
    if kind not in blocks:
        raise ValueError("unknown kind")
    ways = 2 if bidirectional else 1
    sizes = [input] + [ways * hidden] * (layers - 1)
    return sum(ways * blocks[kind] * hidden * (size + hidden + 2) for size in sizes)


@misconception(
    "parameter_count", hint="Only the first layer reads the input: those above read states, H (or 2H) numbers.", costs=4
)
def every_layer_reads_the_input(kind, input, hidden, layers=1, bidirectional=False):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in blocks:
        raise ValueError("unknown kind")
    ways = 2 if bidirectional else 1
    return ways * layers * blocks[kind] * hidden * (input + hidden + 2)


@misconception(
    "clip_grad_norm",
    hint="All tensors share one norm and one factor, so that the direction of the step is kept.",
    passes_examples=False,
    costs=5,
)
def each_tensor_on_its_own(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    norms = [grad.pow(2).sum().sqrt() for grad in grads]
    clipped = [grad * (max_norm / (norm + 1e-6)).clamp(max=1) for grad, norm in zip(grads, norms)]
    return clipped, torch.stack(norms).pow(2).sum().sqrt()


@misconception(
    "clip_grad_norm",
    hint="Clipping only shortens: limit the factor to 1, so that small gradients stay as they are.",
    costs=4,
)
def scales_up_small_ones(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    total = torch.stack([grad.pow(2).sum() for grad in grads]).sum().sqrt()
    return [grad * (max_norm / (total + 1e-6)) for grad in grads], total


@misconception(
    "clip_grad_norm",
    hint="Norms do not add up: take the root of the sum of all squares.",
    passes_examples=False,
    costs=4,
)
def norms_added_up(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    total = torch.stack([grad.pow(2).sum().sqrt() for grad in grads]).sum()
    factor = (max_norm / (total + 1e-6)).clamp(max=1)
    return [grad * factor for grad in grads], total


@misconception(
    "clip_grad_norm",
    hint="Scale all values by one factor instead of cutting each off at max_norm.",
    passes_examples=False,
    costs=6,
)
def cuts_off_each_value(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    total = torch.stack([grad.pow(2).sum() for grad in grads]).sum().sqrt()
    return [grad.clamp(-max_norm, max_norm) for grad in grads], total


@misconception(
    "clip_grad_norm",
    hint="Return the norm before clipping, the one that says how large the gradient was.",
    passes_examples=False,
    costs=3,
)
def norm_after_clipping(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    total = torch.stack([grad.pow(2).sum() for grad in grads]).sum().sqrt()
    clipped = [grad * (max_norm / (total + 1e-6)).clamp(max=1) for grad in grads]
    return clipped, torch.stack([grad.pow(2).sum() for grad in clipped]).sum().sqrt()


@misconception(
    "last_valid",
    hint="out[-1] is the end of the padding for short samples: go by the length of each.",
    passes_examples=False,
    costs=8,
)
def last_step_for_all(out, lengths):
    if (lengths < 1).any() or (lengths > out.shape[0]).any():
        raise ValueError("bad length")
    return out[-1]


@misconception(
    "last_valid",
    hint="Each sample has a length of its own: the largest of them is the last step of the longest sample only.",
    passes_examples=False,
    costs=9,
)
def step_of_the_longest_for_all(out, lengths):
    if (lengths < 1).any() or (lengths > out.shape[0]).any():
        raise ValueError("bad length")
    return out[lengths.max() - 1]


@misconception(
    "last_valid",
    hint="A sample of length 1 ends at index 0: the last index is one less than the length.",
    passes_examples=False,
    costs=4,
)
def one_step_too_late(out, lengths):
    if (lengths < 1).any() or (lengths > out.shape[0]).any():
        raise ValueError("bad length")
    return out[lengths.clamp(max=out.shape[0] - 1), torch.arange(out.shape[1])]


@misconception(
    "last_valid",
    hint="Time is the first axis of out: the step comes first in the index, the sample second.",
    passes_examples=False,
    costs=4,
)
def sample_axis_taken_first(out, lengths):
    if (lengths < 1).any() or (lengths > out.shape[0]).any():
        raise ValueError("bad length")
    return out[torch.arange(out.shape[1]), lengths - 1]


@misconception(
    "last_valid",
    hint="Take one state of each sample instead of the mean of its real steps.",
    passes_examples=False,
    costs=7,
)
def mean_of_the_valid_steps(out, lengths):
    if (lengths < 1).any() or (lengths > out.shape[0]).any():
        raise ValueError("bad length")
    real = torch.arange(out.shape[0])[:, None] < lengths
    return (out * real[:, :, None]).sum(0) / lengths[:, None]


@misconception(
    "last_valid",
    hint="Check the lengths: a length of 0 becomes the index -1, which is the end of the padding.",
    costs=2,
)
def lengths_not_checked(out, lengths):
    return out[lengths - 1, torch.arange(out.shape[1])]
