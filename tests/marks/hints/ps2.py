# %% conv_parameter_count · true division
def conv_parameter_count(in_channels, out_channels, kernel, groups=1, bias=True):
    kh, kw = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    if in_channels % groups or out_channels % groups:
        raise ValueError
    n = out_channels * in_channels / groups * kh * kw
    return n + out_channels if bias else n


# %% conv2d · dilation ignored
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    co, cg, kh, kw = weight.shape
    if x.shape[1] != groups * cg or co % groups:
        raise ValueError
    sh, sw = pair(stride)
    ph, pw = pair(padding)
    x = pad2d(x, (pw, pw, ph, ph))
    N, C, H, W = x.shape
    oh, ow = (H - kh) // sh + 1, (W - kw) // sw + 1
    if oh < 1 or ow < 1:
        raise ValueError
    x = x.unflatten(1, (groups, cg))
    w = weight.unflatten(0, (groups, co // groups))
    y = 0
    for u in range(kh):
        for v in range(kw):
            part = x[..., u : u + (oh - 1) * sh + 1 : sh, v : v + (ow - 1) * sw + 1 : sw]
            y = y + torch.einsum("ngchw,goc->ngohw", part, w[..., u, v])
    y = y.flatten(1, 2)
    return y if bias is None else y + bias.view(1, -1, 1, 1)
