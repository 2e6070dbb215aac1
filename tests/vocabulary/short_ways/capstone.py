# %% accuracy · scikit-learn's accuracy_score
from sklearn.metrics import accuracy_score


def accuracy(logits, target):
    if len(logits) == 0 or len(logits) != len(target):
        raise ValueError("samples and targets do not fit")
    return float(accuracy_score(target.numpy(), logits.argmax(1).numpy()))


# %% accuracy · scikit-learn's top_k_accuracy_score
from sklearn.metrics import top_k_accuracy_score


def accuracy(logits, target):
    if len(logits) == 0 or len(logits) != len(target):
        raise ValueError("samples and targets do not fit")
    two = torch.cat([logits.detach(), logits.detach().amin(1, keepdim=True) - 1], 1)
    return float(top_k_accuracy_score(target.numpy(), two.numpy(), k=1, labels=list(range(two.shape[1]))))


# %% confusion_matrix · scikit-learn's confusion_matrix
from sklearn import metrics


def confusion_matrix(predicted, target, classes):
    if predicted.shape != target.shape:
        raise ValueError("not as many answers as targets")
    both = torch.cat([predicted, target])
    if ((both < 0) | (both >= classes)).any():
        raise ValueError("no such class")
    if len(target) == 0:
        return torch.zeros(classes, classes, dtype=torch.int64)
    return torch.from_numpy(metrics.confusion_matrix(target.numpy(), predicted.numpy(), labels=range(classes))).long()


# %% confusion_matrix · a sparse matrix of SciPy
import numpy as np
from scipy.sparse import coo_matrix


def confusion_matrix(predicted, target, classes):
    if predicted.shape != target.shape:
        raise ValueError("not as many answers as targets")
    ones = np.ones(len(target), dtype=np.int64)
    matrix = coo_matrix((ones, (target.numpy(), predicted.numpy())), shape=(classes, classes))
    return torch.from_numpy(matrix.toarray())


# %% confusion_matrix · F.one_hot times F.one_hot
import torch.nn.functional as F


def confusion_matrix(predicted, target, classes):
    if predicted.shape != target.shape:
        raise ValueError("not as many answers as targets")
    try:
        return F.one_hot(target, classes).T @ F.one_hot(predicted, classes)
    except RuntimeError as error:
        raise ValueError(str(error))


# %% standardize_split · scikit-learn's StandardScaler
from sklearn.preprocessing import StandardScaler


def standardize_split(x, y, test_size, generator=None):
    if len(x) != len(y) or not 1 <= test_size < len(x):
        raise ValueError("the sizes do not fit")
    order = torch.randperm(len(x), generator=generator)
    rows = x.reshape(len(x), -1).double()
    train, test = order[test_size:], order[:test_size]
    scaler = StandardScaler().fit(rows[train].numpy())
    parts = [torch.from_numpy(scaler.transform(rows[part].numpy())) for part in (train, test)]
    x_train, x_test = (part.to(x.dtype).reshape(-1, *x.shape[1:]) for part in parts)
    return x_train, y[train], x_test, y[test]


# %% standardize_split · scikit-learn's train_test_split and StandardScaler
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def standardize_split(x, y, test_size, generator=None):
    if len(x) != len(y) or not 1 <= test_size < len(x):
        raise ValueError("the sizes do not fit")
    seed = int(torch.randint(2**31, (), generator=generator))
    parts = train_test_split(x.reshape(len(x), -1).double().numpy(), y.numpy(), test_size=test_size, random_state=seed)
    scaler = make_pipeline(StandardScaler()).fit(parts[0])
    x_train, x_test = (torch.from_numpy(scaler.transform(a)).to(x.dtype).reshape(-1, *x.shape[1:]) for a in parts[:2])
    y_train, y_test = (torch.from_numpy(a).to(y.dtype) for a in parts[2:])
    return x_train, y_train, x_test, y_test


# %% TinyCNN · torch's own functions
import torch.nn.functional as F


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
        x = F.max_pool2d(F.relu(F.conv2d(x, self.conv1_weight, self.conv1_bias, padding=1)), 2)
        x = F.max_pool2d(F.relu(F.conv2d(x, self.conv2_weight, self.conv2_bias, padding=1)), 2)
        return F.linear(x.flatten(1), self.linear_weight, self.linear_bias)


# %% TinyCNN · F.unfold for the windows, F.hardtanh for the ReLU
import torch.nn.functional as F


def conv2d(x, weight, bias):
    columns = F.unfold(x, 3, padding=1)
    return (weight.flatten(1) @ columns + bias[:, None]).reshape(len(x), len(weight), *x.shape[2:])


def relu(x):
    return F.hardtanh(x, 0.0, float("inf"))


def max_pool2d(x):
    windows = F.unfold(x.reshape(-1, 1, *x.shape[2:]), 2, stride=2)
    return windows.max(dim=1).values.reshape(*x.shape[:2], x.shape[2] // 2, x.shape[3] // 2)


def linear(x, weight, bias):
    return x @ weight.T + bias


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
        x = max_pool2d(relu(conv2d(x, self.conv1_weight, self.conv1_bias)))
        x = max_pool2d(relu(conv2d(x, self.conv2_weight, self.conv2_bias)))
        return linear(x.flatten(1), self.linear_weight, self.linear_bias)


# %% train_epoch · F.cross_entropy and torch.optim.SGD
import torch.nn.functional as F


def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[batch]), y[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% train_epoch · Categorical for the loss, the function behind torch.optim.SGD for the step
from torch.distributions import Categorical
from torch.optim import sgd


def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    parameters = list(model.parameters())
    losses = []
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = -Categorical(logits=model(x[batch]), validate_args=False).log_prob(y[batch]).mean()
        for p in parameters:
            p.grad = None
        loss.backward()
        used = [p for p in parameters if p.grad is not None]
        with torch.no_grad():
            sgd.sgd(
                used, [p.grad for p in used], [None] * len(used), weight_decay=0.0, momentum=0.0, lr=lr,
                dampening=0.0, nesterov=False, maximize=False, foreach=False,
            )
        losses.append(loss.item())
    return losses


# %% train_epoch · F.nll_loss of torch.log_softmax, the step by hand
import torch.nn.functional as F


def train_epoch(model, x, y, lr, batch_size, generator=None):
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("the sizes do not fit")
    losses = []
    for batch in torch.randperm(len(x), generator=generator).split(batch_size):
        loss = F.nll_loss(torch.log_softmax(model(x[batch]), 1), y[batch])
        for p in model.parameters():
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses
