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
