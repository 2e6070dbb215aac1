# %% rnn_step · 01
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    both = torch.cat([x, h], dim=1)
    w = torch.cat([w_ih, w_hh], dim=1)
    return (both @ w.T + (b_ih + b_hh)).tanh()


# %% rnn_step · 02
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh + b_hh)


# %% gru_step · 03
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    gi = x @ w_ih.T + b_ih
    gh = h @ w_hh.T + b_hh
    i_r, i_z, i_n = gi.chunk(3, 1)
    h_r, h_z, h_n = gh.chunk(3, 1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return (1 - z) * h + z * n


# %% gru_step · 04
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    H = h.shape[1]
    wir, wiz, win = w_ih[:H], w_ih[H:2 * H], w_ih[2 * H:]
    whr, whz, whn = w_hh[:H], w_hh[H:2 * H], w_hh[2 * H:]
    b = b_ih + b_hh
    r = torch.sigmoid(x @ wir.T + h @ whr.T + b[:H])
    z = torch.sigmoid(x @ wiz.T + h @ whz.T + b[H:2 * H])
    n = torch.tanh(x @ win.T + (r * h) @ whn.T + b[2 * H:])
    return (1 - z) * n + z * h


# %% gru_step · 05
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    xi = torch.matmul(x, w_ih.t()) + b_ih + b_hh
    hh = torch.matmul(h, w_hh.t())
    size = h.size(1)
    gates = torch.sigmoid(xi[:, :2 * size] + hh[:, :2 * size])
    r, z = gates.split(size, dim=1)
    n = torch.tanh(xi[:, 2 * size:] + r * hh[:, 2 * size:])
    return n + z * (h - n)


# %% lstm_step · 06
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    gates = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, o, g = gates.chunk(4, dim=1)
    i, f, o, g = i.sigmoid(), f.sigmoid(), o.sigmoid(), g.tanh()
    c = f * c + i * g
    return o * c.tanh(), c


# %% lstm_step · 07
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = torch.chunk(x @ w_ih.T + h @ w_hh.T + b_ih + b_hh, 4, dim=-1)
    c *= torch.sigmoid(f)
    c += torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


# %% lstm_step · 08
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    N, H = h.shape
    pre = torch.einsum("nd,ghd->gnh", x, w_ih.view(4, H, -1))
    pre = pre + torch.einsum("nk,ghk->gnh", h, w_hh.view(4, H, H))
    pre = pre + (b_ih + b_hh).view(4, 1, H)
    sig = lambda a: (1 + torch.tanh(a / 2)) / 2
    c_new = sig(pre[1]) * c + sig(pre[0]) * torch.tanh(pre[2])
    return sig(pre[3]) * torch.tanh(c_new), c_new


# %% rnn_forward · 09
def rnn_forward(x, h0, weights):
    w_ih, w_hh, b_ih, b_hh = weights
    h = h0
    out = []
    for x_t in x:
        h = torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        out.append(h)
    return torch.stack(out), h


# %% rnn_forward · 10
def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh + b_hh)


def rnn_forward(x, h0, weights):
    T = x.shape[0]
    if T == 0:
        raise ValueError("no steps")
    states = [h0]
    for t in range(T):
        states.append(rnn_step(x[t], states[-1], *weights))
    return torch.stack(states[1:]), states[-1]


# %% rnn_forward · 11
def rnn_forward(x, h0, weights):
    w_ih, w_hh, b_ih, b_hh = weights
    T, N, _ = x.shape
    if T < 1:
        raise ValueError("the sequence is empty")
    out = torch.zeros(T, N, h0.shape[1])
    h = h0
    for t in range(T):
        h = torch.tanh(x[t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        out[t] = h
    return out, out[-1]


# %% stacked_gru · 12
def stacked_gru(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("four tensors a layer")

    def step(x, h, w_ih, w_hh, b_ih, b_hh):
        H = h.shape[1]
        a = x @ w_ih.T + b_ih
        b = h @ w_hh.T + b_hh
        r = torch.sigmoid(a[:, :H] + b[:, :H])
        z = torch.sigmoid(a[:, H:2 * H] + b[:, H:2 * H])
        n = torch.tanh(a[:, 2 * H:] + r * b[:, 2 * H:])
        return (1 - z) * n + z * h

    last = []
    seq = x
    for layer in range(layers):
        w = weights[:4] if layer == 0 else weights[4:8]
        h = x.new_zeros(x.shape[1], w[1].shape[1])
        out = []
        for t in range(len(seq)):
            h = step(seq[t], h, *w)
            out.append(h)
        seq = torch.stack(out)
        last.append(h)
    return seq, torch.stack(last)


# %% stacked_gru · 13
def stacked_gru(x, weights, layers):
    if len(weights) < 4 * layers:
        raise ValueError("not enough weights")
    h_n = []
    for k in range(layers):
        w_ih, w_hh, b_ih, b_hh = weights[4 * k:4 * k + 4]
        h = torch.zeros(x.shape[1], w_hh.shape[1], dtype=x.dtype)
        states = []
        for x_t in x:
            ir, iz, inn = (x_t @ w_ih.T + b_ih).chunk(3, dim=1)
            hr, hz, hn = (h @ w_hh.T + b_hh).chunk(3, dim=1)
            z = torch.sigmoid(iz + hz)
            n = torch.tanh(inn + torch.sigmoid(ir + hr) * hn)
            h = (1 - z) * n + z * h
            states.append(h)
        x = torch.stack(states)
        h_n.append(h)
    return x, torch.stack(h_n)


# %% stacked_gru · 14
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, 1)
    h_r, h_z, h_n = (h @ w_hh.T + b_hh).chunk(3, 1)
    r = torch.sigmoid(i_r + h_r)
    z = torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return z * n + (1 - z) * h


def stacked_gru(x, weights, layers):
    if len(weights) != layers * 4:
        raise ValueError(f"{len(weights)} tensors for {layers} layers")
    groups = [weights[i:i + 4] for i in range(0, len(weights), 4)]
    h = [x.new_zeros(x.shape[1], w[1].shape[1]) for w in groups]
    out = []
    for x_t in x:                      # all layers, one time step after the other
        for l, w in enumerate(groups):
            h[l] = gru_step(x_t, h[l], *w)
            x_t = h[l]
        out.append(x_t)
    return torch.stack(out), torch.stack(h)


# %% bidirectional_gru · 15
def bidirectional_gru(x, weights):
    w_ih, w_hh, b_ih, b_hh = weights[:4]
    H = w_hh.shape[1]

    def run(seq):
        h = seq.new_zeros(seq.shape[1], H)
        out = []
        for t in range(seq.shape[0]):
            a, b = seq[t] @ w_ih.T + b_ih, h @ w_hh.T + b_hh
            r = torch.sigmoid(a[:, :H] + b[:, :H])
            z = torch.sigmoid(a[:, H:2 * H] + b[:, H:2 * H])
            n = torch.tanh(a[:, 2 * H:] + r * b[:, 2 * H:])
            h = (1 - z) * n + z * h
            out.append(h)
        return torch.stack(out), h

    forward, last_f = run(x)
    backward, last_b = run(x.flip(0))
    return torch.cat([forward, backward.flip(0)], dim=2), torch.stack([last_f, last_b])


# %% bidirectional_gru · 16
def bidirectional_gru(x, weights):
    def step(x, h, w_ih, w_hh, b_ih, b_hh):
        xr, xz, xn = (x @ w_ih.T + b_ih).chunk(3, dim=-1)
        hr, hz, hn = (h @ w_hh.T + b_hh).chunk(3, dim=-1)
        z = torch.sigmoid(xz + hz)
        return z * h + (1 - z) * torch.tanh(xn + torch.sigmoid(xr + hr) * hn)

    T, N, _ = x.shape
    H = weights[1].shape[1]
    f, b = [None] * T, [None] * T
    h = torch.zeros(N, H)
    for t in range(T):
        h = f[t] = step(x[t], h, *weights[:4])
    h = torch.zeros(N, H)
    for t in reversed(range(T)):
        h = b[t] = step(x[t], h, *weights[4:])
    out = torch.stack([torch.cat(pair, dim=-1) for pair in zip(f, b)])
    return out, torch.stack([f[-1], b[0]])


# %% parameter_count · 17
def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    gates = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in gates:
        raise ValueError(kind)
    total = 0
    for layer in range(layers):
        d = input if layer == 0 else hidden
        total += gates[kind] * hidden * (d + hidden + 2)
    return total * 2 if bidirectional else total


# %% parameter_count · 18
def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    g = 1 if kind == "rnn" else 3 if kind == "gru" else 4
    s = 1 + bidirectional
    n = s * g * hidden * (input + hidden + 2)
    n += (layers - 1) * s * g * hidden * (s * hidden + hidden + 2)
    return n


# %% clip_grad_norm · 19
def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("max_norm is negative")
    total = torch.sqrt(sum((g ** 2).sum() for g in grads))
    factor = max_norm / (total + 1e-6)
    return [g * factor for g in grads], total


# %% clip_grad_norm · 20
def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError
    norms = torch.stack([torch.linalg.vector_norm(g) for g in grads])
    total = torch.linalg.vector_norm(norms)
    factor = min(1.0, float(max_norm / (total + 1e-6)))
    for g in grads:
        g.mul_(factor)
    return grads, total


# %% clip_grad_norm · 21
def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("negative norm")
    long = torch.cat([g.reshape(-1) for g in grads])
    total = torch.linalg.vector_norm(long)
    long = long * (max_norm / (total + 1e-6)).clamp(max=1)
    pieces = long.split([g.numel() for g in grads])
    return [piece.reshape(g.shape) for piece, g in zip(pieces, grads)], total


# %% last_valid · 22
def last_valid(out, lengths):
    T = out.shape[0]
    if (lengths < 1).any() or (lengths > T).any():
        raise ValueError("length out of range")
    steps = torch.arange(1, T + 1).unsqueeze(1)
    mask = (steps == lengths).to(out.dtype).unsqueeze(2)
    return (out * mask).sum(0)


# %% last_valid · 23
def last_valid(out, lengths):
    T, N, H = out.shape
    if lengths.max() > T:
        raise ValueError("too long")
    return out[lengths - 1, torch.arange(N)]


# %% last_valid · 24
def last_valid(out, lengths):
    return out[-1]


# %% gru_step · 25
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.gru_cell(x, h, w_ih, w_hh, b_ih, b_hh)


# %% parameter_count · 26
def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    classes = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
    if kind not in classes:
        raise ValueError(kind)
    net = classes[kind](input, hidden, layers, bidirectional=bidirectional)
    return sum(p.numel() for p in net.parameters())


# %% bidirectional_gru · 27
def bidirectional_gru(x, weights):
    def run(seq, w_ih, w_hh, b_ih, b_hh):
        h = seq.new_zeros(seq.shape[1], w_hh.shape[1])
        states = []
        for x_t in seq:
            ir, iz, i_n = (x_t @ w_ih.T + b_ih).chunk(3, 1)
            hr, hz, hn = (h @ w_hh.T + b_hh).chunk(3, 1)
            z = torch.sigmoid(iz + hz)
            h = z * h + (1 - z) * torch.tanh(i_n + torch.sigmoid(ir + hr) * hn)
            states.append(h)
        return torch.stack(states)

    f = run(x, *weights[:4])
    b = run(x.flip(0), *weights[4:])
    out = torch.cat([f, b], dim=-1)
    return out, torch.stack(out[-1].chunk(2, dim=-1))


# %% rnn_step · 28
def my_tanh(a):
    p = torch.exp(2 * a)
    return (p - 1) / (p + 1)


def rnn_step(x, h, w_ih, w_hh, b_ih, b_hh):
    from_input = x @ w_ih.T + b_ih
    from_state = h @ w_hh.T + b_hh
    return my_tanh(from_input + from_state)


# %% gru_step · 29
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    xr, xz, xn = (x @ w_ih.T + b_ih).chunk(3, dim=1)
    hr, hz, hn = (h @ w_hh.T).chunk(3, dim=1)
    br, bz, bn = b_hh.chunk(3)
    r = torch.sigmoid(xr + hr + br)
    z = torch.sigmoid(xz + hz + bz)
    n = torch.tanh(xn + r * hn + bn)
    return n + z * (h - n)


# %% lstm_step · 30
class Gates:
    def __init__(self, x, h, w_ih, w_hh, b_ih, b_hh):
        self.size = h.shape[1]
        self.total = torch.cat([x, h], dim=1) @ torch.cat([w_ih, w_hh], dim=1).T + b_ih + b_hh

    def block(self, k):
        return self.total[:, k * self.size:(k + 1) * self.size]


def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    gates = Gates(x, h, w_ih, w_hh, b_ih, b_hh)
    i = torch.sigmoid(gates.block(0))
    f = torch.sigmoid(gates.block(1))
    o = torch.sigmoid(gates.block(2))
    g = torch.tanh(gates.block(3))
    c_new = f * c + i * g
    return o * torch.tanh(c_new), c_new


# %% rnn_forward · 31
def rnn_forward(x, h0, weights):
    T, N, D = x.shape
    if T == 0:
        raise ValueError("empty sequence")
    w_ih, w_hh, b_ih, b_hh = weights
    out = torch.zeros(T, N, h0.shape[1])
    h = h0
    for t in range(T):
        h = torch.tanh(x[t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        out[t] = h
    return out, h


# %% stacked_gru · 32
def _cell(x, h, w_ih, w_hh, b_ih, b_hh):
    a = (x @ w_ih.T + b_ih).chunk(3, -1)
    b = (h @ w_hh.T + b_hh).chunk(3, -1)
    r, z = torch.sigmoid(a[0] + b[0]), torch.sigmoid(a[1] + b[1])
    n = torch.tanh(a[2] + r * b[2])
    return (1 - z) * n + z * h


def stacked_gru(x, weights, layers):
    if len(weights) != 4 * layers:
        raise ValueError("four tensors for each layer")
    h = x.new_zeros(x.shape[1], weights[1].shape[1])
    finals = []
    sequence = list(x)
    for l in range(layers):
        states = []
        for step in sequence:
            h = _cell(step, h, *weights[4 * l:4 * l + 4])
            states.append(h)
        finals.append(h)
        sequence = states
    return torch.stack(sequence), torch.stack(finals)


# %% bidirectional_gru · 33
def bidirectional_gru(x, weights):
    def cell(v, h, w_ih, w_hh, b_ih, b_hh):
        i = v @ w_ih.T + b_ih
        s = h @ w_hh.T + b_hh
        H = h.shape[-1]
        r = torch.sigmoid(i[:, :H] + s[:, :H])
        z = torch.sigmoid(i[:, H:2 * H] + s[:, H:2 * H])
        n = torch.tanh(i[:, 2 * H:] + r * s[:, 2 * H:])
        return (1 - z) * n + z * h

    def run(steps, params):
        h = x.new_zeros(x.shape[1], params[1].shape[1])
        states = []
        for v in steps:
            h = cell(v, h, *params)
            states.append(h)
        return torch.stack(states)

    forward = run(x, weights[:4])
    backward = run(x.flip(0), weights[4:]).flip(0)
    out = torch.cat([forward, backward], dim=-1)
    h_n = torch.stack([forward[-1], backward[-1]])
    return out, h_n


# %% parameter_count · 34
def parameter_count(kind, input, hidden, layers=1, bidirectional=False):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}
    if kind not in blocks:
        raise ValueError(kind)
    if layers == 0:
        return 0
    rows = blocks[kind] * hidden
    here = rows * (input + hidden + 2) * (2 if bidirectional else 1)
    return here + parameter_count(kind, hidden, hidden, layers - 1, bidirectional)


# %% clip_grad_norm · 35
def clip_grad_norm(grads, max_norm):
    if max_norm < 0:
        raise ValueError("max_norm must not be negative")
    everything = torch.cat([g.reshape(-1) for g in grads])
    total = torch.sqrt((everything ** 2).sum())
    limit = torch.full_like(total, max_norm)
    factor = limit / torch.maximum(total, limit)
    return [g * factor for g in grads], total


# %% last_valid · 36
def last_valid(out, lengths):
    T = out.shape[0]
    if lengths.min() < 1 or lengths.max() > T:
        raise ValueError("a length is out of range")
    return out[lengths.max() - 1]
