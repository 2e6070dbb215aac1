"""The displayed formulas of the capstone, executed against torch and scikit-learn."""

import torch
import torch.nn.functional as F
from sklearn import metrics
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

NOT_EXECUTED: dict[str, str] = {}
"""Formula or place, and why it cannot be executed."""


def randn(*shape: int) -> torch.Tensor:
    """Random numbers in float64, the same in every run."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def randint(high: int, count: int, seed: int) -> torch.Tensor:
    """Random class indices, the same in every run."""
    return torch.randint(high, (count,), generator=torch.Generator().manual_seed(seed))


def brackets(condition: torch.Tensor) -> torch.Tensor:
    """1 where the condition holds and 0 elsewhere."""
    return condition.to(torch.int64)


def test_accuracy():
    z, t = randn(40, 5), randint(5, 40, 1)
    answers = torch.tensor([max(range(5), key=row.__getitem__) for row in z.tolist()])
    assert torch.equal(answers, z.softmax(1).argmax(1))  # a softmax keeps the order
    accuracy = brackets(answers == t).sum() / 40
    assert abs(accuracy.item() - metrics.accuracy_score(t, answers)) < 1e-6


def test_comparison_that_broadcasts():
    answers, t = randint(10, 2000, 2), randint(10, 2000, 3)
    everything = answers[:, None] == t
    assert everything.shape == (2000, 2000)
    assert abs(everything.double().mean().item() - 0.1) < 0.01


def confusion(answers: torch.Tensor, t: torch.Tensor, classes: int) -> torch.Tensor:
    """M_ij by its formula."""
    counts = [[brackets(t == i) @ brackets(answers == j) for j in range(classes)] for i in range(classes)]
    return torch.tensor(counts)


def test_confusion_matrix():
    answers, t = randint(4, 100, 4), randint(4, 100, 5)
    assert confusion(answers, t, 4).tolist() == metrics.confusion_matrix(t, answers).tolist()


def test_accuracy_recall_and_precision_from_the_matrix():
    answers, t = randint(4, 100, 6), randint(4, 100, 7)
    matrix = confusion(answers, t, 4).double()
    right = matrix.diagonal()
    accuracy, recall, precision = right.sum() / matrix.sum(), right / matrix.sum(1), right / matrix.sum(0)
    assert abs(accuracy.item() - metrics.accuracy_score(t, answers)) < 1e-12
    torch.testing.assert_close(recall, torch.tensor(metrics.recall_score(t, answers, average=None)))
    torch.testing.assert_close(precision, torch.tensor(metrics.precision_score(t, answers, average=None)))


def test_standardization():
    x, train = randn(20, 3), list(range(4, 20))
    x[:, 1] = 2.0
    mean = sum(x[n] for n in train) / 16
    deviation = (sum((x[n] - mean) ** 2 for n in train) / 16).sqrt()
    deviation[deviation == 0] = 1
    scaler = StandardScaler().fit(x[train].numpy())
    torch.testing.assert_close((x - mean) / deviation, torch.tensor(scaler.transform(x.numpy())))


def test_pixels_that_never_change():
    data = load_digits().data
    assert data.shape == (1797, 64)
    assert (data.min(0) == data.max(0)).sum() == 3
    assert (data[:, data.min(0) == data.max(0)] == 0).all()


def conv(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The convolution by its sum, with a ring of zeros."""
    count, _, height, width = x.shape
    padded = torch.zeros(*x.shape[:2], height + 2, width + 2, dtype=x.dtype)
    padded[:, :, 1:-1, 1:-1] = x
    y = torch.zeros(count, len(b), height, width, dtype=x.dtype)
    for i in range(height):
        for j in range(width):
            y[:, :, i, j] = b + (padded[:, None, :, i : i + 3, j : j + 3] * w).sum((2, 3, 4))
    return y


def pool(y: torch.Tensor) -> torch.Tensor:
    """The largest of each window by its formula."""
    return torch.stack([y[:, :, u::2, v::2] for u in (0, 1) for v in (0, 1)]).amax(0)


def relu(y: torch.Tensor) -> torch.Tensor:
    """Zero below zero."""
    return torch.where(y > 0, y, 0.0)


def test_convolution_and_pooling():
    x, w, b = randn(2, 3, 4, 6), randn(5, 3, 3, 3), randn(5)
    torch.testing.assert_close(conv(x, w, b), F.conv2d(x, w, b, padding=1))
    torch.testing.assert_close(pool(x), F.max_pool2d(x, 2))


def test_network():
    x, w1, b1, w2, b2, w, b = (
        randn(2, 1, 8, 8), randn(8, 1, 3, 3), randn(8), randn(16, 8, 3, 3), randn(16), randn(10, 64), randn(10),
    )  # fmt: skip
    h2 = pool(relu(conv(pool(relu(conv(x, w1, b1))), w2, b2)))
    z = torch.stack(
        [b + sum(w[:, 4 * c + 2 * i + j] * image[c, i, j] for c in range(16) for i in (0, 1) for j in (0, 1))
         for image in h2]
    )  # fmt: skip
    h1 = F.max_pool2d(F.relu(F.conv2d(x, w1, b1, padding=1)), 2)
    expected = F.linear(F.max_pool2d(F.relu(F.conv2d(h1, w2, b2, padding=1)), 2).flatten(1), w, b)
    torch.testing.assert_close(z, expected)


def test_number_of_parameters():
    layers = [torch.nn.Conv2d(1, 8, 3), torch.nn.Conv2d(8, 16, 3), torch.nn.Linear(64, 10), torch.nn.Linear(64, 512)]
    counts = [sum(weight.numel() for weight in layer.parameters()) for layer in layers]
    assert counts == [80, 1168, 650, 33280]
    assert sum(counts[:3]) == 1898


def test_mean_cross_entropy():
    z, t = randn(6, 4), randint(4, 6, 8)
    loss = sum(row.exp().sum().log() - row[target] for row, target in zip(z, t, strict=True)) / 6
    torch.testing.assert_close(loss, F.cross_entropy(z, t))


def test_gradient_step():
    theta, x, t = randn(3, 5), randn(7, 5), randint(3, 7, 9)
    leaf = theta.clone().requires_grad_()
    gradient = torch.autograd.grad(F.cross_entropy(x @ leaf.T, t), leaf)[0]
    by_optimizer = theta.clone().requires_grad_()
    F.cross_entropy(x @ by_optimizer.T, t).backward()
    torch.optim.SGD([by_optimizer], lr=0.3).step()
    torch.testing.assert_close(theta - 0.3 * gradient, by_optimizer.detach())


def test_five_digits_of_the_question():
    assert round(0.999**5, 3) == 0.995
