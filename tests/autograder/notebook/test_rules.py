"""Reading the code finds what is outside the vocabulary however it is written, and nothing where there is none."""

import pytest

from autograder.notebook import vocabulary
from autograder.notebook.rules import insides, outside


def found(*cells):
    return [use.name for use in outside(cells, "f", vocabulary.of([], []))]


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
        ["import torch", "def f(x):\n    return torch.batch_norm(x)", "def f(x):\n    return x"],
        ["import torch", "y = torch.batch_norm(3)", "def f(x):\n    y = x + 1\n    return [y for y in x]"],
        ["def f(x:"],
    ],
    ids=lambda cells: cells[-1].splitlines()[-1].strip()[:60],
)
def test_what_only_looks_like_one_is_no_false_alarm(cells):
    assert not found(*cells) and not insides(cells)
