import torch

from autograder.authoring import Difference, check


@check(points=3)
def test_fits_the_line(student):
    """fits the line"""
    weight, bias = student.model.weight, student.model.bias
    if abs(weight.item() - 2) > 0.1 or abs(bias.item() - 0.5) > 0.1:
        raise Difference(f"the line has the slope {weight.item():.3g} and begins at {bias.item():.3g}")


@check(points=1)
def test_keeps_the_losses(student):
    """keeps the error of each step"""
    assert all(type(loss) is float for loss in student.losses), "losses should hold plain numbers"
    x = torch.tensor([[0.0], [1.0]])
    error = ((student.model(x) - torch.tensor([[0.5], [2.5]])) ** 2).mean().item()
    assert len(student.losses) > 10 and student.losses[-1] < 0.001 and error < 0.01
