import torch

from autograder.authoring import assert_close, check


@check(points=1, bonus=True)
def test_cubes(student):
    """gives 8 and 27 for 2 and 3"""
    assert_close(student.cube(torch.tensor([2.0, 3.0])), torch.tensor([8.0, 27.0]))


@check(points=1, bonus=True)
def test_cubes_of_negative_numbers(student):
    """gives -8 for -2"""
    assert_close(student.cube(torch.tensor([-2.0, 1.0])), torch.tensor([-8.0, 1.0]))
