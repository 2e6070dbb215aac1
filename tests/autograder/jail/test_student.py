"""What a student's process does for the checks: calls are watched, and so is the packing of what calls code of theirs."""

import pytest
import torch

from autograder.jail import operations
from autograder.jail.inside import values, wire
from autograder.jail.inside.student import Student
from autograder.jail.inside.watch import call_watch

x = torch.tensor([0.5, -1.0])


@pytest.fixture(autouse=True)
def learnt():
    call_watch.learn(*operations.basic())


class Lazy(list):
    """A list that works out its items when it is read."""

    def __iter__(self):
        return iter([torch.tanh(x)])


class Other(torch.Tensor):
    """A gradient that is worked out when it is read."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.tanh(x)


def with_a_gradient():
    leaf = x.clone().requires_grad_()
    leaf.grad = x.as_subclass(Other)
    return leaf


def answered(result, monkeypatch):
    """The answer to a call that gives `result()`, and the kinds of what was watched."""
    kinds = []
    watched = call_watch.CallWatch.call
    monkeypatch.setattr(call_watch.CallWatch, "call", lambda self, kind: (kinds.append(kind), watched(self, kind))[1])
    student = Student({"f": lambda: result()})
    begin = wire.Begin("f", 0, wire.Held([], [], []), {})
    request = wire.Do(1, begin, "call", 0, [], {}, True, 5)
    return wire.decode_from_student(student.answer(request, memoryview(b""))[0]), kinds


@pytest.mark.parametrize(
    "result",
    [lambda: Lazy(), lambda: [Lazy()], lambda: (1, {"a": Lazy()}), with_a_gradient, lambda: {"a": with_a_gradient()}],
    ids=["list", "in a list", "in a dict", "gradient", "gradient in a dict"],
)
def test_what_the_students_code_does_while_a_result_is_packed_is_seen(result, monkeypatch):
    answer, kinds = answered(result, monkeypatch)
    assert answer.forbidden == ["torch.tanh"] and kinds == ["call", "packing"]


@pytest.mark.parametrize(
    "result",
    [
        lambda: x,
        lambda: [x, (1, 2.0, None, "a")],
        lambda: {"a": x.numpy(), 3: x.numpy()[0]},
        lambda: x.clone().requires_grad_(),
        lambda: x.clone().requires_grad_() * 2,
        lambda: torch.Size([2, 3]),
    ],
)
def test_plain_results_are_packed_without_a_watch(result, monkeypatch):
    answer, kinds = answered(result, monkeypatch)
    assert answer.forbidden == [] and kinds == ["call"]


def test_a_value_nested_in_itself_is_not_plain():
    item = []
    item.append(item)
    assert not values.is_plain(item)
