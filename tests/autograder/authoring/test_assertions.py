"""A failed assertion is a sentence that says what differs, by how much and where."""

import numpy as np
import pytest
import torch
from PIL import Image

from autograder.authoring import (
    Difference,
    assert_close,
    assert_equal,
    assert_gradients,
    assert_raises,
    assert_unchanged,
    check,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("actual", "expected", "said"),
    [
        (None, torch.ones(2), "is None: a function that ends without return"),
        ([1.0, 1.0], torch.ones(2), "should be a tensor of shape (2,), not [1, 1]"),
        (torch.ones(2, 1), torch.ones(2), "has shape (2, 1) and should have (2,)"),
        (torch.ones(2).double(), torch.ones(2), "is float64 and should be float32"),
        (torch.ones(2).to_sparse(), torch.ones(2), "layout"),
        (torch.tensor([1.0, 2.0, 9.0]), torch.tensor([1.0, 2.5, 3.0]), "differs at 2 of 3 places, most at [2]: 9 where it should be 3"),
        (torch.tensor([NAN, 1.0]), torch.ones(2), "is NaN at 1 of 2 places, first at [0], where it should be 1"),
        (torch.tensor(2.0), torch.tensor(3.0), "is 2 and should be 3"),
        (torch.tensor([1 + 1e-4]), torch.tensor([1.0]), "1.0001 where it should be 1"),
        (torch.tensor([True, True]), torch.tensor([True, False]), "True where it should be False"),
        (torch.tensor([1, 5]), torch.tensor([1, 2]), "5 where it should be 2"),
        (torch.tensor([1 + 1j]), torch.tensor([1 + 2j]), "differs"),
        (np.ones(2), torch.ones(2), "should be a tensor"),
        (torch.ones(2), np.ones(2), "should be a numpy array"),
        (np.ones(2, np.float32), np.ones(2), "is float32 and should be float64"),
        (np.array(["a"]), np.array(["b"]), "should be"),
        (3.0, 3, "should be an integer, 3, not the float 3.0"),
        (True, 1, "should be an integer, 1, not True"),
        (1, True, "should be True, not 1"),
        (3.1, 3.0, "should be 3, not 3.1"),
        ((1, 2), [1, 2, 3], "should be a list of 3"),
        ({"a": 1}, {"b": 1}, "should be a dict with the keys ['b']"),
        ({"a": torch.ones(1)}, {"a": torch.zeros(1)}, "under 'a'"),
        ([torch.ones(1), torch.ones(1)], [torch.ones(1), torch.zeros(1)], "[1] differs"),
        (Image.new("L", (2, 2)), Image.new("RGB", (2, 2)), "is a L image of 2 x 2 pixels and should be a RGB image"),
        (Image.new("L", (2, 2)), Image.new("L", (2, 2), 9), "pixel by pixel"),
        ("a", "b", "should be 'b', not 'a'"),
    ],
)  # fmt: skip
def test_what_differs_is_said(actual, expected, said):
    with pytest.raises(Difference) as error:
        assert_close(actual, expected)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (torch.tensor([NAN, 1.0]), torch.tensor([NAN, 1.0 + 1e-7])),
        (torch.tensor([float("inf")]), torch.tensor([float("inf")])),
        (torch.empty(0, 3), torch.empty(0, 3)),
        (3, 3.0),
        (NAN, NAN),
        ([1, (2.0, None)], [1, (2.0, None)]),
        (torch.ones(2).to_sparse(), torch.ones(2).to_sparse()),
    ],
)
def test_what_is_the_same_passes(actual, expected):
    assert_close(actual, expected)


def test_equal_allows_no_rounding():
    with pytest.raises(Difference):
        assert_equal(torch.tensor([1.0 + 1e-6]), torch.tensor([1.0]))


def test_a_change_in_place_is_named():
    def zeroes(a, b):
        b.zero_()

    def appends(a, b):
        b.append(1)

    given = torch.ones(1)
    with pytest.raises(Difference, match="changed its second argument in place"):
        assert_unchanged(zeroes, torch.ones(1), given)
    assert given.tolist() == [1]  # a check's own stays as it is
    with pytest.raises(Difference, match="changed its argument b in place"):
        assert_unchanged(appends, torch.ones(1), b=[])
    with pytest.raises(TypeError, match="not a lambda around it"):
        assert_unchanged(lambda a: a, torch.ones(1))


def test_an_exception_that_anything_would_be_is_not_expected():
    with pytest.raises(TypeError, match="name the exception"):
        assert_raises(Exception, int, "x")


def test_raises_wants_that_exception():
    assert_raises(ValueError, int, "x")
    with pytest.raises(Difference, match="should raise ValueError, but returned 3"):
        assert_raises(ValueError, int, "3")
    with pytest.raises(ZeroDivisionError):
        assert_raises(ValueError, lambda: 1 / 0)


def stub():
    raise NotImplementedError("not yet")


def test_a_stub_is_never_taken_for_the_right_exception():
    with pytest.raises(NotImplementedError):
        assert_raises(RuntimeError, stub)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x, y: (x * y).detach(), "no gradient flows through the result"),
        (lambda x, y: x * y.detach(), "no gradient reaches y"),
        (lambda x, y: x * y + (x - x.detach()), "the gradient of x differs"),
        (lambda x, y: x * y + 1, "the result differs"),
    ],
)
def test_a_wrong_gradient_is_named(function, said):
    x, y = torch.randn(3, requires_grad=True), torch.randn(3, requires_grad=True)
    with pytest.raises(Difference, match=said):
        assert_gradients(function, lambda x, y: x * y, x, y, names=("x", "y"))


def test_a_constant_upstream_gradient_would_hide_nothing():
    # softmax rows sum to 1: with an upstream gradient of ones every gradient is 0, right or wrong
    with pytest.raises(Difference):
        assert_gradients(
            lambda x: torch.softmax(x.detach() + 0 * x, -1),
            lambda x: torch.softmax(x, -1),
            torch.randn(4, requires_grad=True),
        )


def test_a_check_needs_points_and_a_sentence():
    with pytest.raises(ValueError, match="docstring"):
        check(points=1)(lambda student: None)
    with pytest.raises(ValueError, match="must not be negative"):
        check(points=-1)


@pytest.mark.parametrize(
    ("actual", "expected", "what", "said"),
    [
        (torch.ones(2), torch.ones(2, dtype=torch.float64), "the distances", "the distances are float32 and"),
        (torch.ones(2), torch.ones(2, dtype=torch.float64), "the loss", "the loss is float32 and"),
        (torch.ones(2), torch.ones(3), "the gradient of the weights", "the gradient of the weights has shape"),
        (torch.tensor(0.3), torch.tensor(-0.0), "the result", "is 0.3 and should be 0"),
        (torch.tensor([1.0, 2.0], dtype=torch.float64) + 1e-7, torch.tensor([1.0, 2.0], dtype=torch.float64), "the result", "off by 1e-07 from"),
        (None, torch.ones(2), "the result", "ends without return"),
        (torch.Generator().manual_seed(7), 1.0, "the result", "a generator seeded with 7"),
    ],
)  # fmt: skip
def test_a_sentence_is_one(actual, expected, what, said):
    with pytest.raises(Difference) as error:
        assert_close(actual, expected, what=what)
    assert said in str(error.value)


def test_the_gradient_that_comes_from_above_is_told():
    with pytest.raises(Difference) as error:
        assert_gradients(
            lambda x: x.sum() * 1 + 0 * x.sum() + (x.sum() - x.sum().detach()),
            lambda x: x.sum(),
            torch.ones(2, requires_grad=True),
        )
    assert "where the gradient of the result is " in str(error.value)


def test_a_difference_tells_which_of_several_results_are_right():
    with pytest.raises(Difference, match=r"the result\[0\] is 1 and should be 2") as error:
        assert_close((torch.tensor(1.0), [torch.ones(2)], "h"), (torch.tensor(2.0), [torch.ones(2)], "c"))
    assert error.value.parts == {"the result[0]": False, "the result[1]": True, "the result[2]": False}
    for mine, right in [([1.0, 2.0], [1.0, 3.0]), ((1.0,), (1.0, 2.0)), (torch.ones(2), torch.zeros(2))]:
        with pytest.raises(Difference) as error:
            assert_close(mine, right)
        assert not error.value.parts


def test_a_difference_tells_which_of_several_gradients_are_right():
    given = [torch.tensor(3.0, requires_grad=True), torch.tensor(5.0, requires_grad=True)]
    with pytest.raises(Difference, match="the gradient of w is") as error:
        assert_gradients(
            lambda x, w: x * w + 0 * (w - w.detach()) - w + w.detach(), torch.mul, *given, names=("x", "w")
        )
    assert error.value.parts == {"the gradient of x": True, "the gradient of w": False}
    with pytest.raises(Difference, match="no gradient reaches w") as error:
        assert_gradients(lambda x, w: x * w.detach(), torch.mul, *given, names=("x", "w"))
    assert error.value.parts == {"the gradient of x": True, "the gradient of w": False}
