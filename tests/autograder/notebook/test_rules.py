"""Reading the code finds what is not in the vocabulary however it is written, and nothing where there is nothing."""

import pytest

from autograder.notebook import vocabulary
from autograder.notebook.rules import Use, insides, outside

BASIC = vocabulary.of((), ())


def found(*cells, also=(), without=(), others=()):
    return [str(use) for use in outside(cells, "f", vocabulary.of(also, without), others)]


BODY = "def f(x):\n    return {}(x)"


@pytest.mark.parametrize(
    "cells",
    [
        ["import torch", BODY.format("torch.nn.functional.batch_norm")],
        ["import torch", BODY.format("(torch.\n    batch_norm)")],
        ["import torch", BODY.format("(torch.  # a comment\n    batch_norm)")],
        ["import torch", BODY.format("torch.\\\n    batch_norm")],
        ["import torch", BODY.format("torch.𝖻atch_norm")],
        ["import torch", BODY.format("torch.jit.anything")],
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
        ["import torch\ng = torch.jit.script('def g(): pass')", BODY.format("g")],
        ["import torch", "@torch.compile\ndef f(x):\n    return x"],
        ["import torch.overrides", BODY.format("torch.overrides.get_overridable_functions")],
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
        ["import torch", "K = []\nK.append(torch.jit.trace(abs, 1))", "def f(x):\n    return K[0](x)"],
        ["import torch", "H = {}\nH.update(g=torch.softmax)", "def f(x):\n    return H['g'](x, 0)"],
        [
            "import torch",
            "H = {}\ndef fill():\n    y = torch.softmax(1, 0)\n    H[1] = y\nfill()",
            "def f(x):\n    return H[x]",
        ],
        ["import torch", "def put(h, g):\n    h.g = g\ndef f(x):\n    return f.g(x, 0)\nput(f, torch.softmax)"],
        ["import torch", "def f(x, k=[]):\n    return k[0]", "globals()['f'].__defaults__[0].append(torch.softmax)"],
        ["import torch", "def f(x):\n    return K(x)", "globals()['K'[:1]] = torch.softmax"],
        ["import torch", "setattr(torch.Tensor, 'soft', torch.softmax)", "def f(x):\n    return x.soft(0)"],
        ["import torch", "torch.Tensor.soft = torch.softmax", "def f(x):\n    return x.soft(0)"],
        ["import torch", "TABLE = torch.softmax(torch.ones(3), 0)", "def f(x):\n    return TABLE[x]"],
        [
            "import torch",
            "def set_up():\n    global K\n    K = torch.softmax\nset_up()",
            "def f(x):\n    return K(x, 0)",
        ],
        ["import torch", "if (K := torch.softmax):\n    pass", "def f(x):\n    return K(x, 0)"],
        ["import torch", BODY.format("getattr(torch.nn, x.upper())")],
        ["import torch", BODY.format("getattr(torch, 'xamtfos'[::-1])")],
        ["import torch", "N = bytes.fromhex('736f66746d6178').decode()", BODY.format("getattr(torch, N)")],
        ["import torch", BODY.format("getattr(torch, ''.join(['soft', 'max']))")],
        ["import torch", "def get(m, n):\n    return getattr(m, n)", "def f(x, n):\n    return get(torch, n)(x)"],
        ["import torch", "from operator import methodcaller", "def f(x, n):\n    return methodcaller(n, x)(torch)"],
        ["import torch", "def f(x):\n    return x.softmax(0)"],
        ["import torch", "def f(x):\n    return torch.exp.__self__.softmax(x)"],
        ["import torch", "import scipy.special", BODY.format("scipy.special.softmax")],
        ["from sklearn import metrics", BODY.format("metrics.accuracy_score")],
        ["import queue", "Q = queue.Queue()", "def f(x):\n    return Q.get()"],
        ["import importlib", "def f(x, n):\n    return importlib.import_module(n).softmax(x)"],
        ["import torch", "def f(x, text):\n    return eval(text)"],
        ["import numpy as np", BODY.format("np.linalg.norm")],
        ["import numpy as np", BODY.format("np.tanh")],
        ["import math", BODY.format("math.tanh")],
        ["from torch.optim import SGD", BODY.format("SGD")],
        ["import torch.distributions as D", BODY.format("D.Normal")],
        ["import torch", BODY.format("torch.special.expit")],
        ["import torch", "@torch.jit.script\ndef f(x):\n    return x"],
    ],
    ids=lambda cells: " ".join(cells[-2:]).replace("\n", " ")[-70:],
)
def test_whatever_the_function_can_reach_is_held_to_the_vocabulary(cells):
    assert found(*cells)


def test_an_exercise_adds_to_the_vocabulary_and_takes_from_it():
    assert found("import torch", BODY.format("torch.sigmoid")) == ["torch.sigmoid"]
    for name in ("torch.sigmoid", "x.sigmoid", "torch.nn.functional.sigmoid", "torch.nn.Sigmoid()"):
        assert not found("import torch", BODY.format(name), also=["torch.sigmoid"])
    assert not found("import torch", BODY.format("torch.tril"))
    assert found("import torch", BODY.format("torch.tril"), without=["torch.tril"]) == ["torch.tril"]
    assert found("import numpy as np", BODY.format("np.tril"), without=["torch.tril"])
    assert not found("import scipy.special", BODY.format("scipy.special.softmax"), also=["*"])


def test_what_another_exercise_calls_is_the_other_ones_affair():
    cells = ["import torch", "def other(x):\n    return torch.softmax(x, 0)", "def f(x):\n    return other(x) * 2"]
    assert not found(*cells, others=["other"])


def test_a_helper_is_named_beside_what_it_calls():
    cells = ["import torch", "def helper(x):\n    return torch.softmax(x, 0)", "def f(x):\n    return helper(x)"]
    assert outside(cells, "f", BASIC) == [Use("torch.softmax", "helper")]
    assert found(*cells) == ["torch.softmax (in helper)"]


@pytest.mark.parametrize(
    "cells",
    [
        ["import sys", BODY.format("sys._getframe")],
        ["from sys import setprofile as s", BODY.format("s")],
        ["import gc", BODY.format("gc.get_objects")],
        ["import ctypes as c", BODY.format("c.CDLL(None).run")],
        ["from ctypes import CDLL", BODY.format("CDLL")],
        ["import inspect", BODY.format("inspect.stack()[0].frame.f_back")],
        ["def f(x):\n    try:\n        1 / 0\n    except Exception as e:\n        return e.__traceback__.tb_frame"],
        [BODY.format("object.__subclasses__")],
        [BODY.format("__import__('sys').settrace")],
    ],
    ids=lambda cells: cells[-1].splitlines()[-1].strip()[:60],
)
def test_ways_into_the_interpreter_are_found_wherever_they_stand(cells):
    assert insides(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["import sys, gc, inspect", "def f(x):\n    gc.collect()\n    return sys.maxsize, inspect.signature(f)"],
        ["import torch", "def f(object):\n    return object.anything"],
        ["import torch", "g = torch.compile(lambda x: x)", "def f(x):\n    return x"],
        ["import torch", "def f(x):\n    # not torch.batch_norm\n    'torch.batch_norm'\n    return x"],
        ["import torch", "def f(x):\n    batch_norm = x * 2\n    return batch_norm"],
        ["import torch", "def batch_norm(x):\n    return x", "def f(x):\n    return batch_norm(x)"],
        ["import torch", "def f(x):\n    return x - x.mean()", "torch.batch_norm(x)"],
        ["import torch", "def other(x):\n    return torch.batch_norm(x)", "def f(x):\n    return x"],
        ["import torch", "def f(torch):\n    return torch.batch_norm"],
        ["import torch", "def f(x, reduction):\n    return getattr(torch, reduction)(x)"],
        ["import torch", "from torch.nn.functional import pad, softmax", "def f(x):\n    return pad(x, (1, 1))"],
        [
            "import torch",
            "def f(x):\n    return x.exp()",
            "def compare(g, h):\n    return g(1) - h(1)\ncompare(f, torch.softmax)",
        ],
        [
            "import torch",
            "K = []",
            "def f(x):\n    return K + [x]",
            "def g(x):\n    K = [torch.softmax(x, 0)]\n    return K",
        ],
        [
            "import torch.nn as nn",
            "class N(nn.Module):\n    def forward(self, x):\n        return self.relu(x)\n    def relu(self, x):\n        return x\nf = N()",
        ],
        ["import numpy as np", "def f(a):\n    return np.add.at(a, [0], 1), np.einsum('i->', a), np.random.rand(3)"],
        [
            "import math, itertools, functools, collections",
            "def f(x):\n    return math.sqrt(x), functools.reduce(max, x)",
        ],
        ["import torch", "def f(x):\n    return model.eval()"],
        ["import torch", "def f(x):\n    # 乘以 \u2026\n    return x * 2"],
        ["import torch", "def f(x):\n    return torch.batch_norm(x)", "def f(x):\n    return x"],
        ["import torch", "def f(x):\n    return torch.linalg.solve(x, x)"],
        ["import torch", "y = torch.batch_norm(3)", "def f(x):\n    y = x + 1\n    return [y for y in x]"],
        ["def f(x:"],
    ],
    ids=lambda cells: cells[-1].splitlines()[-1].strip()[:60],
)
def test_what_only_looks_like_one_is_no_false_alarm(cells):
    assert not found(*cells) and not insides(cells)


def test_a_function_that_an_exercise_adds_may_be_named_with_its_module_and_the_module_alone_may_not():
    adds = vocabulary.of(["torch.nn.utils.clip_grad_norm_"], [])
    whole = "import torch\ndef f(m):\n    return torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0)\n"
    assert outside([whole], "f", adds) == []
    for code in (
        "u = torch.nn.utils\n    return u.parametrize",
        "return [torch.nn.utils]",
        "return torch.nn.utils.rnn",
    ):
        assert outside([f"import torch\ndef f(m):\n    {code}\n"], "f", adds), code
