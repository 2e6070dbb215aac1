"""The watch sees what is not in the vocabulary however it is reached, and what would blind it."""

import sys
from contextlib import suppress

import pytest
import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

from autograder.jail import operations
from autograder.jail.inside.watch import call_watch
from autograder.jail.inside.watch.call_watch import MAX_TRACED, ROLL, CallWatch, learn
from autograder.jail.inside.watch.guard import stand_in
from autograder.jail.inside.wire import HIDDEN

x = torch.tensor([[0.5, -1.0, 2.0], [0.0, 1.0, -2.0]], requires_grad=True)


@pytest.fixture(scope="module", autouse=True)
def learnt():
    learn(*operations.basic())


def seen(function, also=(), without=(), others=(), kind="call", calls=1):
    """What the watch notes while the function runs, so many times."""
    watch = CallWatch()
    changes = operations.changes(tuple(also), tuple(without))
    watch.begin(True, changes.added, changes.taken, others)
    for _ in range(calls):
        with suppress(ZeroDivisionError), watch.call(kind):
            function()
    return watch.seen


class Doubles(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return torch._VF.tanh(grad)


compiled = torch.jit.CompilationUnit("def f(x: Tensor):\n    return torch.softmax(x, 0)\n")


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda: torch.softmax(x, 0), "torch.softmax"),
        (lambda: x.softmax(0), "torch.Tensor.softmax"),
        (lambda: getattr(F, "xamtfos"[::-1])(x, 0), "torch.nn.functional.softmax"),
        (lambda: torch.nn.Softmax(0)(x), "torch.nn.Softmax"),
        (lambda: torch._VF.softmax(x, 0), "torch.softmax"),
        (lambda: torch._C._VariableFunctions.gru_cell(x, x, x.T @ x, x.T @ x), "torch.gru_cell"),
        (lambda: torch.ops.aten._softmax(x, 0, False), "torch.ops.aten._softmax"),
        (lambda: compiled.f(x), "torch.softmax"),
        (lambda: torch.vmap(lambda row: torch.ops.aten.tanh(row))(x), "torch.ops.aten.tanh"),
        (lambda: F.gaussian_nll_loss(x, x, x.abs()), "torch.nn.functional.gaussian_nll_loss"),
        (lambda: torch.distributions.Normal(0.0, 1.0).log_prob(x), "torch.distributions.normal.__init__"),
        (lambda: torch.optim.SGD([torch.nn.Parameter(x.detach())], lr=1.0), "torch.optim.sgd.__init__"),
        (lambda: Doubles.apply(x).sum().backward(), "torch.tanh"),
        (lambda: x.unfold(0, 1, 1), "torch.Tensor.unfold"),
    ],
    ids=lambda value: value if isinstance(value, str) else "by",
)
def test_a_call_is_seen_by_whatever_way_it_is_made(function, name):
    with suppress(RuntimeError):  # of calls whose shapes do not fit
        assert name in seen(function)


def everything_basic():
    y = (x @ x.mT).exp().sum(-1, keepdim=True) / torch.arange(1, 3).reshape(2, 1)
    y = torch.where(y > 1, y, torch.einsum("ij,kj->ik", x, x)[:, :1]).repeat(2, 3).clamp(min=0)
    y = torch.cat([y, torch.stack([y, y]).mean(0)], dim=1)[:, ::2].sort(dim=1).values
    y = torch.nn.Parameter(F.pad(y, (1, 1)).detach().clone())
    y.square().sum().backward()
    layer = torch.nn.Module()
    layer.register_buffer("mean", y.detach())
    layer.mean.lerp_(y.detach(), 0.5)
    return layer.mean.numpy().tolist(), str(y), len(y), list(y), torch.rand(3, generator=torch.Generator())


def test_what_is_basic_is_never_noted():
    assert seen(everything_basic) == []


def test_what_an_exercise_adds_is_allowed_and_what_it_takes_is_not():
    assert seen(lambda: F.layer_norm(x, (3,)), also=["torch.nn.functional.layer_norm"]) == []
    assert seen(lambda: x.norm(), also=["torch.norm"]) == []
    assert seen(lambda: torch.tril(x.detach()), without=["torch.tril"]) == ["torch.tril"]
    assert seen(lambda: torch._VF.tril(x.detach()), without=["torch.tril"]) == ["torch.tril"]
    gradient = ["torch.autograd.grad", "torch.Tensor.backward", "torch.autograd.backward"]
    assert seen(lambda: torch.autograd.grad(x.sum(), x), without=gradient)


def test_gradients_of_what_was_allowed_are_no_calls():
    y = torch.softmax(x, 0)
    assert seen(lambda: y.sum().backward(retain_graph=True), kind="backward") == []


def other(y):
    return F.layer_norm(y, (3,))


def test_inside_of_another_exercise_all_may_be_called():
    assert seen(lambda: other(x), others=[other]) == []
    assert seen(lambda: other(x)) == ["torch.nn.functional.layer_norm"]


def test_a_stand_in_is_not_watched_but_what_it_is_given_may_not_call_anything():
    class Own(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return torch.tanh(x)

    watch = CallWatch()
    watch.begin(True, (), ())
    norm = stand_in(F.cosine_similarity, watch)
    with watch.call("call"):
        norm(x, x, 1)
    assert watch.seen == []
    with watch.call("call"):
        norm(x.detach().as_subclass(Own), x, 1)
    assert watch.seen


def pops_the_watch():
    torch._C._pop_torch_function_stack()


def pushes_a_mode():
    class Mode(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            return func(*args, **(kwargs or {}))

    torch._C._push_on_torch_function_stack(Mode())


@pytest.mark.parametrize(
    "blinds",
    [
        pops_the_watch,
        pushes_a_mode,
        lambda: torch._C._set_torch_function_state(torch._C._TorchFunctionState.ALL_DISABLED),
        lambda: torch._C._autograd._enable_record_function(False),
        lambda: torch._C._autograd._disable_profiler_legacy(),
        lambda: sys.settrace(None),
        lambda: setattr(CallWatch, "__torch_function__", lambda self, f, t, a=(), k=None: f(*a, **(k or {}))),
    ],
    ids=["popped", "pushed", "disabled", "recorder off", "recorder stopped", "trace off", "patched"],
)
def test_what_blinds_it_is_itself_found(blinds, monkeypatch):
    monkeypatch.setattr(CallWatch, "__torch_function__", CallWatch.__torch_function__)
    try:
        # The operation that must be seen is drawn at random: a blind watch may guess one, and not several.
        assert any(name.startswith(HIDDEN) for _ in range(8) for name in seen(blinds))
    finally:
        torch._C._set_torch_function_state(torch._C._TorchFunctionState.ENABLED)
        torch._C._autograd._enable_record_function(True)


def test_a_mode_of_the_students_own_under_the_watch_hides_nothing():
    class Mode(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            return torch.tanh(x)

    def function():
        with Mode():
            return x + 1

    assert "torch.tanh" in seen(function)


def test_long_calls_are_watched_to_their_end_and_keep_no_long_record():
    def function():
        for _ in range(ROLL + 10):
            x + 1
        torch._VF.tanh(x)

    assert seen(function) == ["torch.tanh"]
    assert seen(lambda: [sum(1 for _ in range(MAX_TRACED + 10)), x + 1]) == []


@pytest.mark.parametrize("which", ["_CANARIES", "_RECORDED_CANARIES"])
def test_each_canary_is_seen_where_nothing_hides_it(monkeypatch, which):
    for canary in getattr(call_watch, which):
        monkeypatch.setattr(call_watch, which, [canary])
        assert seen(lambda: x + 1, calls=10) == []


def test_what_packing_uses_is_looked_at_anew_after_student_code():
    watch = CallWatch()
    for on in (True, False):
        watch.begin(on, (), ())
        assert watch.codec_functions.are_unchanged()
        original = torch.frombuffer
        with watch.call("call"):
            torch.frombuffer = lambda *args, **kwargs: None
        assert not watch.codec_functions.are_unchanged()
        with watch.call("call"):
            torch.frombuffer = original
        assert watch.codec_functions.are_unchanged()


def test_an_error_of_the_students_is_no_sign_of_hiding():
    assert seen(lambda: 1 / 0, calls=5) == []
