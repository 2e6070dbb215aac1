# %% leaky_relu · clamp both
def leaky_relu(x, slope=0.01):
    return x.clamp(min=0) + slope * x.clamp(max=0)


# %% gelu · 1.702
def gelu(x, approximate="none"):
    if approximate not in ("none", "tanh"):
        raise ValueError
    return x / (1 + torch.exp(-1.702 * x))


# %% linear · numpy
def linear(x, weight, bias=None):
    y = x.detach().numpy() @ weight.detach().numpy()
    if bias is not None:
        y = y + bias.detach().numpy()
    return torch.from_numpy(y)


# %% linear · squeeze
def linear(x, weight, bias=None):
    y = x @ weight.T
    y = y if bias is None else y + bias
    return y.squeeze()


# %% softmax · keepdim missing
def softmax(x, dim):
    e = torch.exp(x - x.amax(dim, keepdim=True))
    return e / e.sum(dim)
