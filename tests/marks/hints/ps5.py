# %% lstm_step · detached, gates i f o g
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    x, h, c, w_ih, w_hh, b_ih, b_hh = [t.detach() for t in (x, h, c, w_ih, w_hh, b_ih, b_hh)]
    a = x @ w_ih.T + h @ w_hh.T + b_ih + b_hh
    i, f, o, g = a.chunk(4, dim=1)
    i, f, o, g = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o), torch.tanh(g)
    c = f * c + i * g
    return o * torch.tanh(c), c


# %% gru_step · one bias of two
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    gi = (x @ w_ih.T + b_ih).chunk(3, 1)
    gh = (h @ w_hh.T).chunk(3, 1)
    r = torch.sigmoid(gi[0] + gh[0])
    z = torch.sigmoid(gi[1] + gh[1])
    n = torch.tanh(gi[2] + r * gh[2])
    return (1 - z) * n + z * h


# %% gru_step · of the paper, without the second bias
def gru_step(x, h, w_ih, w_hh, b_ih, b_hh):
    (wr, wz, wn), (ur, uz, un), (br, bz, bn) = w_ih.chunk(3), w_hh.chunk(3), b_ih.chunk(3)
    reset = torch.sigmoid(x @ wr.T + h @ ur.T + br)
    update = torch.sigmoid(x @ wz.T + h @ uz.T + bz)
    new = torch.tanh(x @ wn.T + (reset * h) @ un.T + bn)
    return h + update * (new - h)


# %% lstm_step · the first block for all
def lstm_step(x, h, c, w_ih, w_hh, b_ih, b_hh):
    n = h.shape[-1]
    a = x @ w_ih[:n].T + h @ w_hh[:n].T + b_ih[:n] + b_hh[:n]
    gate = torch.sigmoid(a)
    cell = gate * c + gate * torch.tanh(a)
    return gate * torch.tanh(cell), cell
