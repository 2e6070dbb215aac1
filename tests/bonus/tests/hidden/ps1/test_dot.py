import torch

from autograder.authoring import assert_close, assert_raises, assert_unchanged, check


@check(points=2, bonus=True)
def test_a_batch(student):
    """gives one number for each vector of a batch"""
    x, y = torch.randn(4, 3), torch.randn(4, 3)
    assert_close(student.dot(x, y), (x * y).sum(-1))


@check(points=1, bonus=True, property=True)
def test_refuses_other_lengths(student):
    """raises ValueError for vectors of different lengths"""
    assert_raises(ValueError, student.dot, torch.ones(2), torch.ones(1))


@check(points=3)
def test_small_vectors(student):
    """gives 11 for [1, 2] and [3, 4]"""
    assert_close(student.dot(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])), torch.tensor(11.0))


@check(points=2)
def test_longer_vectors(student):
    """gives the dot product of longer vectors"""
    x, y = torch.randn(7), torch.randn(7)
    assert_close(student.dot(x, y), x @ y)


@check(points=1, property=True)
def test_leaves_its_arguments(student):
    """leaves its arguments unchanged"""
    assert_unchanged(student.dot, torch.randn(3), torch.randn(3))
