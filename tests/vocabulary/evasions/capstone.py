# %% train_epoch · an optimizer by its name backwards, a loss inside another function (earns today)
import torch.nn.functional as F


def inside(logits, target):
    return getattr(F, "yportne_ssorc"[::-1])(logits, target)


def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    optimizer = getattr(torch.optim, "DGS"[::-1])(model.parameters(), lr=lr)
    losses = []
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        optimizer.zero_grad()
        logits = model(x[batch])
        loss = F.handle_torch_function(inside, (logits,), logits, y[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% TinyCNN · torch's layers as a script, made by a function that appends (earns today)
made = []


def make():
    made.append(torch.jit.CompilationUnit("""
def f(x: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, e: Tensor, g: Tensor):
    x = torch.max_pool2d(torch.relu(torch.conv2d(x, a, b, padding=[1, 1])), [2, 2])
    x = torch.max_pool2d(torch.relu(torch.conv2d(x, c, d, padding=[1, 1])), [2, 2])
    return torch.nn.functional.linear(x.flatten(1), e, g)
"""))


make()


class TinyCNN(nn.Module):
    def __init__(self, generator=None):
        super().__init__()

        def normal(*shape):
            fan_in = torch.Size(shape[1:]).numel()
            return nn.Parameter(torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5)

        self.conv1_weight, self.conv1_bias = normal(8, 1, 3, 3), nn.Parameter(torch.zeros(8))
        self.conv2_weight, self.conv2_bias = normal(16, 8, 3, 3), nn.Parameter(torch.zeros(16))
        self.linear_weight, self.linear_bias = normal(10, 64), nn.Parameter(torch.zeros(10))

    def forward(self, x):
        if x.shape[1:] != (1, 8, 8):
            raise ValueError("images of shape (N, 1, 8, 8)")
        return made[0].f(x, *self.parameters())


# %% accuracy · scikit-learn by a name that is put together (earns today)
def accuracy(logits, target):
    if len(logits) == 0 or len(logits) != len(target):
        raise ValueError("samples and targets do not fit")
    metrics = __import__("skl" + "earn.metrics").metrics
    return float(getattr(metrics, "erocs_ycarucca"[::-1])(target.numpy(), logits.argmax(1).numpy()))
