"""Wrong solutions that students write for problem set 5, with the hint that each deserves."""

import torch

from autograder.authoring import misconception


@misconception(
    "rnn_step",
    hint={"en": "Both biases count: add b_hh as well as b_ih.", "zh": "两个偏置都起作用：除了 b_ih，也要加上 b_hh。"},
    costs=3,
)
def rnn_without_state_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T)


@misconception(
    "rnn_step",
    hint={
        "en": "Add what input and state contribute first, and take one tanh of the sum.",
        "zh": "请先把输入和状态的贡献相加，再对总和取一次 tanh。",
    },
    passes_examples=False,
    costs=5,
)
def one_tanh_each(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih) + torch.tanh(h @ w_hh.T + b_hh)


@misconception(
    "rnn_step",
    hint={
        "en": "The state weights are packed like the input weights: transpose w_hh as well.",
        "zh": "状态权重的排列方式与输入权重相同：w_hh 也要转置。",
    },
    costs=4,
)
def state_weights_not_transposed(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh + b_hh)


@misconception(
    "rnn_step",
    hint={
        "en": "The gradient flows through the state to earlier steps: do not detach it.",
        "zh": "梯度要经过状态流向之前的时间步：不要 detach 它。",
    },
    costs=3,
)
def state_without_gradient(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h.detach() @ w_hh.T + b_hh)


@misconception(
    "gru_step",
    hint={
        "en": "torch applies r to the product W_hn h + b_hn, not to h before it.",
        "zh": "torch 把 r 作用于乘积 W_hn h + b_hn，而不是在相乘之前作用于 h。",
    },
    costs=3,
)
def reset_before_the_product(x, h, w_ih, w_hh, b_ih, b_hh):
    size = h.shape[1]
    gi = x @ w_ih.T + b_ih
    gh = h @ w_hh.T + b_hh
    r = torch.sigmoid(gi[:, :size] + gh[:, :size])
    z = torch.sigmoid(gi[:, size : 2 * size] + gh[:, size : 2 * size])
    n = torch.tanh(gi[:, 2 * size :] + (r * h) @ w_hh[2 * size :].T + b_hh[2 * size :])
    return (1 - z) * n + z * h


@misconception(
    "gru_step",
    hint={
        "en": "z says how much of the old state stays: it multiplies h, and 1 - z the candidate.",
        "zh": "z 表示旧状态留下多少：它乘以 h，而 1 - z 乘以候选状态。",
    },
    costs=3,
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
    hint={
        "en": "There are two biases: b_hh counts as well, inside the gates and inside the reset product.",
        "zh": "偏置有两个：b_hh 也起作用，既在各个门里，也在与重置门相乘的那一项里。",
    },
    costs=3,
)
def state_bias_missing(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T).chunk(3, 1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return (1 - z) * n + z * h


@misconception(
    "gru_step",
    hint={
        "en": "torch packs the weights in the order reset, update, candidate.",
        "zh": "torch 按重置门、更新门、候选状态的顺序打包权重。",
    },
    costs=3,
)
def gates_in_the_wrong_order(x, h, w_ih, w_hh, b_ih, b_hh):
    i_z, i_r, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_z, h_r, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return (1 - z) * n + z * h


@misconception(
    "gru_step",
    hint={"en": "b_hn stands inside the bracket that r multiplies.", "zh": "b_hn 在与 r 相乘的括号里面。"},
    costs=2,
)
def reset_misses_the_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    size = h.shape[1]
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, _ = (h @ w_hh.T + b_hh).chunk(3, 1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * (h @ w_hh[2 * size :].T) + b_hh[2 * size :])
    return (1 - z) * n + z * h


@misconception(
    "lstm_step",
    hint={
        "en": "torch packs the weights in the order input gate, forget gate, candidate, output gate.",
        "zh": "torch 按输入门、遗忘门、候选值、输出门的顺序打包权重。",
    },
    costs=3,
)
def candidate_taken_for_output_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, o, g = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@misconception(
    "lstm_step",
    hint={
        "en": "The first block of the weights is the input gate, the second the forget gate.",
        "zh": "权重的第一块是输入门，第二块是遗忘门。",
    },
    costs=3,
)
def forget_gate_taken_for_input_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    f, i, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@misconception(
    "lstm_step",
    hint={
        "en": "The output gate is a gate like the others, with a sigmoid; the tanh is around the new cell.",
        "zh": "输出门和其他的门一样用 sigmoid；tanh 作用于新的细胞状态。",
    },
    passes_examples=False,
    costs=3,
)
def tanh_on_the_output_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.tanh(o) * torch.tanh(c), c


@misconception(
    "lstm_step",
    hint={
        "en": "The state shows the tanh of the new cell, not the cell itself.",
        "zh": "状态是新的细胞状态的 tanh 乘以输出门，而不是直接用细胞状态相乘。",
    },
    passes_examples=False,
    costs=3,
)
def cell_shown_without_tanh(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * c, c


@misconception(
    "lstm_step",
    hint={
        "en": "A forget bias of 1 belongs into the initial weights; the step adds only the biases it is given.",
        "zh": "遗忘门偏置取 1 属于权重的初始化；这一步只加上给定的偏置。",
    },
    passes_examples=False,
    costs=2,
)
def forget_bias_in_the_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    c = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@misconception(
    "lstm_step",
    hint={
        "en": "The output gate shows the new cell: work out c first, then h from it.",
        "zh": "输出门作用于新的细胞状态：请先算出 c，再由它算出 h。",
    },
    passes_examples=False,
    costs=4,
)
def state_from_the_old_cell(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
    state = torch.sigmoid(o) * torch.tanh(c)
    return state, torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)


@misconception(
    "rnn_forward",
    hint={
        "en": "Time is the first axis: out[-1] is the last step, out[:, -1] the last sample.",
        "zh": "时间是第一个轴：out[-1] 是最后一个时间步，out[:, -1] 是最后一个样本。",
    },
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
    hint={
        "en": "Give each step the state of the step before, not h0 every time.",
        "zh": "请把上一步的状态传给下一步，而不是每次都用 h0。",
    },
    passes_examples=False,
    costs=7,
)
def state_not_carried(x, h0, weights):
    if len(x) == 0:
        raise ValueError("no steps")
    w_ih, w_hh, b_ih, b_hh = weights
    out = torch.stack([torch.tanh(x_t @ w_ih.T + b_ih + h0 @ w_hh.T + b_hh) for x_t in x])
    return out, out[-1]


@misconception(
    "rnn_forward",
    hint={
        "en": "Begin with h0, the state that you are given, not with zeros.",
        "zh": "请从给定的状态 h0 开始，而不是从零开始。",
    },
    costs=3,
)
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
    hint={
        "en": "x has time first, (T, N, D): go along its first axis, and stack the states along it.",
        "zh": "x 的时间轴在最前，形状是 (T, N, D)：请沿第一个轴前进，并沿这个轴堆叠各个状态。",
    },
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
    "rnn_forward",
    hint={
        "en": "Leave the chain of states connected: the gradient flows back through all steps.",
        "zh": "请让状态链保持相连：梯度要经过所有时间步传回去。",
    },
    costs=4,
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
    hint={
        "en": "Only the first layer reads x: give each further layer the states of the layer below.",
        "zh": "只有第一层读取 x：请把下方一层的状态交给其后的每一层。",
    },
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
    hint={
        "en": "h_n holds the last state of every layer, one row a layer, not of the top layer only.",
        "zh": "h_n 存放每一层的最后一个状态，一层一行，而不只是最上层的。",
    },
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
    hint={
        "en": "Every layer begins with a state of zeros, not with the last state of the layer below.",
        "zh": "每一层都从零状态开始，而不是从下方一层的最后状态开始。",
    },
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
    hint={
        "en": "Each layer has four tensors of its own: move on in the list with the layer.",
        "zh": "每一层有自己的四个张量：每到下一层，也要在列表中往后移。",
    },
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
    hint={
        "en": "Turn the states of the backward run round again: both halves of out[t] belong to step t.",
        "zh": "请把后向计算的状态再反转回来：out[t] 的两半都属于时间步 t。",
    },
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
    hint={
        "en": "The backward run ends at the first step: its last state stands in out[0], not in out[-1].",
        "zh": "后向计算在第一个时间步结束：它的最后状态在 out[0] 中，而不在 out[-1] 中。",
    },
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
    hint={
        "en": "The forward run comes first, in h_n as in the halves of out.",
        "zh": "前向在前，无论是在 h_n 中还是在 out 的两半中。",
    },
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
    hint={
        "en": "Time is the first axis: the backward run turns that one round, not the batch.",
        "zh": "时间是第一个轴：后向计算反转的是时间，而不是批次。",
    },
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
    "bidirectional_gru",
    hint={
        "en": "The backward run has weights of its own: the last four tensors of the list.",
        "zh": "后向计算有自己的权重：列表中的最后四个张量。",
    },
    costs=4,
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
    "parameter_count",
    hint={"en": "torch has two biases in each block, b_ih and b_hh.", "zh": "torch 的每一块有两个偏置：b_ih 和 b_hh。"},
    passes_examples=False,
    costs=4,
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
    hint={
        "en": "Above a bidirectional layer the input has both halves of its states, 2H numbers a step.",
        "zh": "双向层之上的层，输入包含其状态的两半，每步 2H 个数。",
    },
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
    "parameter_count",
    hint={
        "en": "Each direction has weights of its own: a bidirectional layer counts twice.",
        "zh": "每个方向有自己的权重：双向层要算两次。",
    },
    costs=4,
)
def directions_share_weights(kind, input, hidden, layers=1, bidirectional=False):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in blocks:
        raise ValueError("unknown kind")
    sizes = [input] + [(2 if bidirectional else 1) * hidden] * (layers - 1)
    return sum(blocks[kind] * hidden * (size + hidden + 2) for size in sizes)


@misconception(
    "parameter_count",
    hint={
        "en": "The candidate has weights as well: count one block more than there are gates.",
        "zh": "候选值也有权重：块数要比门的个数多一。",
    },
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
    "parameter_count",
    hint={
        "en": "Only the first layer reads the input: those above read states, H (or 2H) numbers.",
        "zh": "只有第一层读取输入：上面的各层读取状态，即 H（或 2H）个数。",
    },
    costs=4,
)
def every_layer_reads_the_input(kind, input, hidden, layers=1, bidirectional=False):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in blocks:
        raise ValueError("unknown kind")
    ways = 2 if bidirectional else 1
    return ways * layers * blocks[kind] * hidden * (input + hidden + 2)


@misconception(
    "clip_grad_norm",
    hint={
        "en": "All tensors share one norm and one factor, so that the direction of the step is kept.",
        "zh": "所有张量共用一个范数和一个系数，这样步的方向才保持不变。",
    },
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
    hint={
        "en": "Clipping only shortens: limit the factor to 1, so that small gradients stay as they are.",
        "zh": "裁剪只会缩短：请把系数限制为不超过 1，使小的梯度保持不变。",
    },
    costs=4,
)
def scales_up_small_ones(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative")
    total = torch.stack([grad.pow(2).sum() for grad in grads]).sum().sqrt()
    return [grad * (max_norm / (total + 1e-6)) for grad in grads], total


@misconception(
    "clip_grad_norm",
    hint={
        "en": "Norms do not add up: take the root of the sum of all squares.",
        "zh": "范数不能直接相加：请取所有平方之和的平方根。",
    },
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
    hint={
        "en": "Scale all values by one factor instead of cutting each off at max_norm.",
        "zh": "请用同一个系数缩放所有的值，而不是把每个值都截断到 max_norm。",
    },
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
    hint={
        "en": "Return the norm before clipping, the one that says how large the gradient was.",
        "zh": "请返回裁剪之前的范数，它说明梯度原来有多大。",
    },
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
    hint={
        "en": "out[-1] is the end of the padding for short samples: go by the length of each.",
        "zh": "对短的样本，out[-1] 是填充的末尾：请按各自的长度来取。",
    },
    passes_examples=False,
    costs=8,
)
def last_step_for_all(out, lengths):
    if (lengths < 1).any() or (lengths > out.shape[0]).any():
        raise ValueError("bad length")
    return out[-1]


@misconception(
    "last_valid",
    hint={
        "en": "Each sample has a length of its own: the largest of them is the last step of the longest sample only.",
        "zh": "每个样本有自己的长度：其中最大的只是最长的那个样本的最后一步。",
    },
    passes_examples=False,
    costs=9,
)
def step_of_the_longest_for_all(out, lengths):
    if (lengths < 1).any() or (lengths > out.shape[0]).any():
        raise ValueError("bad length")
    return out[lengths.max() - 1]


@misconception(
    "last_valid",
    hint={
        "en": "A sample of length 1 ends at index 0: the last index is one less than the length.",
        "zh": "长度为 1 的样本结束于下标 0：最后的下标比长度小一。",
    },
    passes_examples=False,
    costs=4,
)
def one_step_too_late(out, lengths):
    if (lengths < 1).any() or (lengths > out.shape[0]).any():
        raise ValueError("bad length")
    return out[lengths.clamp(max=out.shape[0] - 1), torch.arange(out.shape[1])]


@misconception(
    "last_valid",
    hint={
        "en": "Time is the first axis of out: the step comes first in the index, the sample second.",
        "zh": "时间是 out 的第一个轴：索引时先写时间步，再写样本。",
    },
    passes_examples=False,
    costs=4,
)
def sample_axis_taken_first(out, lengths):
    if (lengths < 1).any() or (lengths > out.shape[0]).any():
        raise ValueError("bad length")
    return out[torch.arange(out.shape[1]), lengths - 1]


@misconception(
    "last_valid",
    hint={
        "en": "Take one state of each sample instead of the mean of its real steps.",
        "zh": "请为每个样本取一个状态，而不是取它各个真实时间步的平均。",
    },
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
    hint={
        "en": "Check the lengths: a length of 0 becomes the index -1, which is the end of the padding.",
        "zh": "请检查长度：长度为 0 时下标变成 -1，取到的是填充的末尾。",
    },
    costs=2,
)
def lengths_not_checked(out, lengths):
    return out[lengths - 1, torch.arange(out.shape[1])]


@misconception(
    "gru_step",
    hint={
        "en": (
            "This is the GRU of the paper, and not torch's: there z multiplies h and 1 - z the candidate, and r multiplies"
            " the product W_hn h + b_hn, not h before it."
        ),
        "zh": "这是论文里的 GRU，不是 torch 的：在 torch 里 z 乘以 h，1 - z 乘以候选状态，r 乘以 W_hn h + b_hn 这个乘积，而不是在相乘之前乘以 h。",
    },
    costs=5,
)
def gru_of_the_paper(x, h, w_ih, w_hh, b_ih, b_hh):
    bias_r, bias_z, bias_n = (b_ih + b_hh).chunk(3)
    from_r, from_z, from_n = w_ih.chunk(3)
    state_r, state_z, state_n = w_hh.chunk(3)
    r = torch.sigmoid(x @ from_r.T + h @ state_r.T + bias_r)
    z = torch.sigmoid(x @ from_z.T + h @ state_z.T + bias_z)
    n = torch.tanh(x @ from_n.T + (r * h) @ state_n.T + bias_n)
    return (1 - z) * h + z * n


@misconception(
    "gru_step",
    hint={
        "en": "z multiplies h, and 1 - z the candidate. Besides, b_hn stands inside the bracket that r multiplies.",
        "zh": "z 乘以 h，1 - z 乘以候选状态。另外，b_hn 在与 r 相乘的括号里面。",
    },
    costs=4,
)
def update_gate_swapped_and_one_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    bias_r, bias_z, bias_n = (b_ih + b_hh).chunk(3)
    i_r, i_z, i_n = (x @ w_ih.T).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T).chunk(3, 1)
    r = torch.sigmoid(i_r + h_r + bias_r)
    z = torch.sigmoid(i_z + h_z + bias_z)
    n = torch.tanh(i_n + r * h_n + bias_n)
    return (1 - z) * h + z * n


@misconception(
    "lstm_step",
    hint={
        "en": "Each gate has weights of its own: cut w_ih, w_hh and the biases into four blocks, one for each.",
        "zh": "每个门有自己的权重：请把 w_ih、w_hh 和偏置切成四块，各用一块。",
    },
    costs=6,
)
def one_block_for_all_gates(x, h, c, w_ih, w_hh, b_ih, b_hh):
    gate = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)[0]
    c = torch.sigmoid(gate) * c + torch.sigmoid(gate) * torch.tanh(gate)
    return torch.sigmoid(gate) * torch.tanh(c), c
