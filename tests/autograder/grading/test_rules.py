"""Reading the code finds a forbidden call however it is written, and nothing where there is none."""

import pytest

from autograder.grading.rules import forbidden_names

PATTERNS = ["*batch_norm*", "BatchNorm*"]


def found(*cells):
    return forbidden_names(cells, "f", PATTERNS)


BODY = "def f(x):\n    return {}(x)"


@pytest.mark.parametrize(
    "cells",
    [
        ["import torch", BODY.format("torch.nn.functional.batch_norm")],
        ["import torch.nn.functional as F", BODY.format("F.batch_norm")],
        ["from torch.nn.functional import batch_norm as helper", BODY.format("helper")],
        ["from torch.nn.functional import *", BODY.format("batch_norm")],
        ["from torch import nn", BODY.format("nn.BatchNorm1d(3)")],
        ["import torch\nT = torch.nn.functional\ng = T.batch_norm", BODY.format("g")],
        ["import torch", "def g(x):\n    return torch.batch_norm(x)", BODY.format("g")],
        ["import torch", BODY.format("getattr(torch.nn.functional, 'batch' + '_norm')")],
        ["import torch", BODY.format("getattr(torch, f'{\"batch\"}_norm')")],
        ["import torch", BODY.format("torch.nn.functional.__dict__['batch_norm']")],
        ["import torch", BODY.format("vars(torch)['batch_norm']")],
        ["import importlib", BODY.format("importlib.import_module('torch.nn.functional').batch_norm")],
        [BODY.format("__import__('torch').batch_norm")],
        ["import sys", BODY.format("sys.modules['torch'].batch_norm")],
        ["import torch", "def f(x):\n    exec('y = torch.batch_norm(x)')\n    return y"],
        ["import torch", BODY.format("torch.ops.aten.native_batch_norm")],
        ["import torch", BODY.format("torch._C._nn.anything")],
        ["import torch", "f = lambda x: torch.batch_norm(x)"],
        ["import torch", "class f:\n    def __call__(self, x):\n        return torch.batch_norm(x)"],
        ["import torch", "class g:\n    pass\ng.go = torch.batch_norm", "def f(x):\n    return g.go(x)"],
        ["import torch", "if True:\n    def f(x):\n        return torch.batch_norm(x)"],
        ["import torch", "y = torch.batch_norm", "def f(x):\n    def g():\n        return y(x)\n    return g()"],
        ["import torch", "def f(x):\n    global y\n    y = torch.batch_norm\n    return y(x)"],
        ["%time 1\nimport torch", BODY.format("torch.batch_norm")],
        [
            "import torch",
            "def g(k):\n    return k.batch_norm\ndef f(x):\n    import torch as t\n    return t.batch_norm(x)",
        ],
    ],
    ids=lambda cells: cells[-1].splitlines()[-1].strip()[:60],
)
def test_a_forbidden_call_is_found(cells):
    assert found(*cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["import torch", "def f(x):\n    # not torch.batch_norm\n    'torch.batch_norm'\n    return x"],
        ["import torch", "def f(x):\n    batch_norm = x * 2\n    return batch_norm"],
        ["import torch", "def batch_norm(x):\n    return x", "def f(x):\n    return batch_norm(x)"],
        ["import torch", "def f(x):\n    return x - x.mean()", "torch.batch_norm(x)"],
        ["import torch", "def other(x):\n    return torch.batch_norm(x)", "def f(x):\n    return x"],
        ["import torch", "def f(torch):\n    return torch.batch_norm"],
        ["import torch", "def f(x):\n    return torch.batch_norm(x)", "def f(x):\n    return x"],
        ["import torch", "def f(x):\n    return torch.linalg.norm(x)"],
        ["import torch", "y = torch.batch_norm(3)", "def f(x):\n    y = x + 1\n    return [y for y in x]"],
        ["def f(x:"],
    ],
    ids=lambda cells: cells[-1].splitlines()[-1].strip()[:60],
)
def test_what_only_looks_like_one_is_no_false_alarm(cells):
    assert not found(*cells)
