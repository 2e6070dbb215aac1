"""A check uses the student's objects as if they were its own: values, gradients, in-place changes, exceptions, handles."""

import numpy as np
import pytest
import torch
from PIL import Image

from autograder.authoring import Difference, assert_close, assert_gradients, assert_raises, assert_unchanged, observe
from autograder.jail.jail import Jail
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import CodeCell, Exercise, Submission
from autograder.session.remote import CallFailed, RemoteObject, Student, StudentError
from autograder.session.session import Session
from autograder.session.transport import JailTransport

CODE = """
import numpy as np, random, torch
from PIL import Image

def double(x): return x * 2
def both(x, y): return {"sum": x + y, "parts": (x, [y])}
def in_place(x): x.mul_(3)
def in_place_array(a): a += 1
def in_place_list(items): items.append(len(items)); items[0].zero_()
def draw(): return torch.randn(3), np.random.rand(), random.random()
def draw_from(generator): return torch.rand(2, generator=generator)
def fails(): raise KeyError("no such thing")
class Mine(ValueError): pass
def fails_mine(): raise Mine("mine")
def flip(image): return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
def many(n):
    for i in range(n): yield i
def grad_enabled(): return torch.is_grad_enabled()
def no_grad_through(x): return (x * 2).detach()
def deep(x): return torch.linalg.solve(x @ x.T + torch.eye(len(x), dtype=x.dtype), x).sin()

def shares(a, b): return bool(np.shares_memory(np.asarray(a), np.asarray(b)))
def first_to_nine(x, y): x[0] = 9
def half(x): return x[: len(x) // 2]
def half_copied(x): return x[: len(x) // 2].copy()
def as_tensor(a): return torch.from_numpy(a)
def same(x): return x

def in_place_returned(x): x *= 3; return x
def overwrite(x, how):
    if how == "zero": x.data.zero_()
    if how == "nan": x.fill_(float("nan"))
    if how == "empty": x.data = x.data.new_empty((0,) * x.dim())
    if how == "data": x.set_(torch.full((2,), 7.0))
    return x.data.clone()
def layout_of_array(a): return a.strides, bool(a.flags.writeable), a
def layout_of_tensor(t): return t.stride(), t.is_contiguous(), t

class Layer(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.linear = torch.nn.Linear(n, n)
        self.calls = 0
    def forward(self, x):
        self.calls += 1
        return self.linear(x)
    def __len__(self): return 7
    def __getitem__(self, key): return key * 2
    def __contains__(self, item): return item == 3
"""


@pytest.fixture(scope="module")
def session():
    jail = Jail(SandboxLimits(memory_bytes=512 << 20))
    jail.start()
    submission = Submission("ps", [CodeCell(1, CODE)], [Exercise("double", {}, None)], [])
    session = Session(JailTransport(jail), submission, SessionLimits(5, 5, 600))
    session.run()
    session.turn_to(submission.exercises[0])
    yield session
    session.close()
    jail.close()


@pytest.fixture
def student(session):
    session.begin(7)
    return Student(session)


def test_containers_come_back_as_they_are(student):
    x, y = torch.randn(2), np.arange(2.0)
    answer = student.both(x, torch.from_numpy(y))
    assert list(answer) == ["sum", "parts"]
    assert type(answer["parts"]) is tuple and type(answer["parts"][1]) is list
    assert torch.equal(answer["parts"][0], x)


def test_gradients_equal_those_of_the_same_code_out_here(student):
    def deep(x):
        return torch.linalg.solve(x @ x.T + torch.eye(len(x), dtype=x.dtype), x).sin()

    assert_gradients(student.deep, deep, torch.randn(4, 4, dtype=torch.float64, requires_grad=True))
    assert torch.autograd.gradcheck(student.deep, (torch.randn(3, 3, dtype=torch.float64, requires_grad=True),))


def test_a_gradient_reaches_through_two_calls_and_work_out_here_between(student):
    x = torch.randn(3, dtype=torch.float64, requires_grad=True)
    student.double(student.double(x).exp()).sum().backward()
    assert torch.allclose(x.grad, 4 * (2 * x).exp())


def test_a_detached_result_stays_detached(student):
    assert not student.no_grad_through(torch.randn(2, requires_grad=True)).requires_grad


def test_no_grad_out_here_holds_in_there(student):
    assert student.grad_enabled() is True
    with torch.no_grad():
        assert student.grad_enabled() is False


def test_changes_in_place_come_back_beside_the_result_and_leave_the_arguments(student):
    x, a, items = torch.ones(2), np.ones(2), [torch.ones(2)]
    assert observe(student.in_place, x).arguments[0].tolist() == [3, 3]
    assert observe(student.in_place_array, a).arguments[0].tolist() == [2, 2]
    [changed] = observe(student.in_place_list, items).arguments
    assert changed[0].tolist() == [0, 0] and changed[1] == 1
    assert x.tolist() == [1, 1] and a.tolist() == [1, 1] and len(items) == 1 and items[0].tolist() == [1, 1]
    assert_unchanged(student.double, x)
    for function, argument in [(student.in_place, x), (student.in_place_array, a), (student.in_place_list, items)]:
        with pytest.raises(Difference, match="the call changed its first argument in place; work on a copy instead"):
            assert_unchanged(function, argument)


@pytest.mark.parametrize("how", ["zero", "nan", "empty", "data"])
def test_what_a_call_does_to_its_arguments_does_not_reach_what_it_is_compared_with(student, how):
    x = torch.tensor([1.0, 2.0])
    student.overwrite(x, how)
    assert x.tolist() == [1, 2]
    with pytest.raises(Difference):
        assert_close(student.overwrite(x, how), x * 2)


def test_a_result_that_is_an_argument_changed_in_place_is_what_the_call_made_of_it(student):
    x = torch.ones(3)
    assert student.in_place_returned(x).tolist() == [3, 3, 3] and x.tolist() == [1, 1, 1]


def test_an_argument_that_requires_a_gradient_can_be_changed_in_place(student):
    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    assert_gradients(student.in_place_returned, lambda x: x * 3, x)


def test_an_observed_argument_that_requires_a_gradient_is_a_leaf(student):
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
        observe(student.in_place, x)


def test_values_arrive_as_they_are_laid_out(student):
    a = np.arange(12.0).reshape(3, 4)
    fixed = a.copy()
    fixed.flags.writeable = False
    arrays = [
        a,
        a[::-1],
        a[:, ::2],
        a.T,
        np.asfortranarray(a),
        np.broadcast_to(a[0], (5, 4)),
        fixed,
        a[1:, 1:],
    ]
    for array in arrays:
        strides, writable, numbers = student.layout_of_array(array)
        assert strides == array.strides and writable == array.flags.writeable
        assert np.array_equal(numbers, array)
    t = torch.arange(24.0).reshape(2, 3, 4)
    tensors = [t, t.transpose(0, 2), t[:, ::2], t.expand(2, 3, 4), t[0, 0, 0].expand(3, 2), t[..., 0], t.bfloat16().mT]
    tensors += [t.to(torch.complex64).permute(2, 0, 1), t.double().mT.requires_grad_(), t.bool().mT]
    for tensor in tensors:
        strides, contiguous, numbers = student.layout_of_tensor(tensor)
        assert (strides, contiguous) == (tensor.stride(), tensor.is_contiguous())
        assert torch.equal(numbers, tensor)


def test_a_view_of_much_larger_memory_arrives_contiguous(student):
    assert student.layout_of_tensor(torch.zeros(1 << 24)[:: 1 << 21])[0] == (1,)


def test_seeds_are_set_on_both_sides(session):
    session.begin(11)
    first = Student(session).draw()
    session.begin(11)
    second = Student(session).draw()
    torch.manual_seed(11)
    assert torch.equal(first[0], second[0]) and first[1:] == second[1:]
    assert torch.equal(first[0], torch.randn(3))


def test_a_generator_of_ones_own_is_honoured_and_moves_on_inside(student):
    ours, same = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    first = observe(student.draw_from, ours)
    second = student.draw_from(first.arguments[0])
    assert torch.equal(torch.cat([first.result, second]), torch.rand(4, generator=same))
    assert torch.equal(ours.get_state(), torch.Generator().manual_seed(3).get_state())


def test_exceptions_are_of_the_class_they_had(student):
    with pytest.raises(KeyError) as error:
        student.fails()
    assert isinstance(error.value, StudentError)
    assert str(error.value) == "your code raised KeyError (cell 1, line 11): 'no such thing'"
    assert_raises(ValueError, student.fails_mine)


def test_a_missing_name_is_said(student):
    with pytest.raises(CallFailed, match="the notebook defines no nothing"):
        student.nothing(1)


def test_images_travel(student):
    image = Image.effect_noise((4, 3), 20)
    assert student.flip(student.flip(image)).tobytes() == image.tobytes()


def test_an_iterator_can_be_walked(student):
    assert list(student.many(5)) == [0, 1, 2, 3, 4]


def test_a_module_stays_inside_and_can_be_used(student):
    layer = student.Layer(3)
    assert isinstance(layer, RemoteObject)
    x = torch.randn(2, 3)
    weight, bias = layer.linear.weight, layer.linear.bias
    assert torch.allclose(layer(x), x @ weight.T + bias, atol=1e-6)
    assert layer.calls == 1 and layer.training is True
    layer.eval()
    assert layer.training is False
    layer.calls = 40
    layer(x)
    assert layer.calls == 41
    assert (len(layer), layer[4], 3 in layer, 4 in layer) == (7, 8, True, False)


def test_parameters_collect_gradients(student):
    layer = student.Layer(2)
    x = torch.randn(5, 2)
    layer(x).sum().backward()
    assert torch.allclose(layer.linear.weight.grad, x.sum(0).expand(2, 2), atol=1e-6)


def test_a_class_and_an_instance_can_be_handed_back(student):
    layer = student.Layer(2)
    answer = student.both(1, 2)
    assert answer["sum"] == 3
    assert student.double(3) == 6
    assert layer == layer and layer != student.Layer(2)


def test_what_is_not_the_students_own_cannot_be_sent(student):
    with pytest.raises(Exception, match="cannot be sent"):
        student.double(object())


def test_one_check_does_not_see_what_another_left(session):
    session.begin(1)
    Student(session).in_place_list([torch.ones(1)])
    session.begin(1)
    assert session.trace == []


def test_plain_function_double_is_found_under_its_name(student):
    assert student.double(torch.ones(2)).tolist() == [2, 2]
    assert repr(student.double) == "the function double"


def test_arguments_that_share_memory_share_it_inside(student):
    a = np.arange(6.0)
    assert student.shares(a, torch.from_numpy(a)) is True
    assert student.shares(a, a[2:4]) is True
    assert student.shares(a[1:3], a[3:5]) is False
    assert student.shares(a, a.copy()) is False
    assert student.shares(a[::-2], a) is True
    first = torch.arange(6).reshape(2, 3)
    assert student.shares(first.T, first.view(-1)[2:]) is True
    assert student.shares(torch.ones(2), torch.ones(2)) is False


def test_a_change_through_one_of_two_views_is_seen_in_both(student):
    a = np.arange(4.0)
    t = torch.from_numpy(a)
    first, second = observe(student.first_to_nine, t, a).arguments
    assert first[0] == 9 and second[0] == 9 and a[0] == 0


def test_a_result_that_is_a_view_of_an_argument_is_one_out_here(student):
    a = np.arange(6.0)
    view, copied, tensor = student.half(a), student.half_copied(a), student.as_tensor(a)
    assert np.shares_memory(view, a) and not np.shares_memory(copied, a) and np.shares_memory(tensor.numpy(), a)
    a[0] = 50
    assert view[0] == 50 and tensor[0] == 50 and copied[0] == 0
    x = torch.arange(6)
    flat = student.half(x)
    flat[0] = 7
    assert x[0] == 7
    assert torch.equal(student.same(x), x)


def test_a_result_with_a_gradient_is_never_a_view_but_its_values_are_right(student):
    x = torch.randn(4, requires_grad=True)
    student.half(x).sum().backward()
    assert x.grad.tolist() == [1, 1, 0, 0]
