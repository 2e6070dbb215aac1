from autograder.authoring import assert_close, assert_equal, check


@check(points=2)
def test_draws_the_losses(student):
    """draws the losses over the steps"""
    [line] = student.axes.get_lines()
    assert_close(line.get_ydata().tolist(), student.losses)
    assert_equal(student.axes.get_yscale(), "log", what="the scale of the axis")


@check(points=1)
def test_names_both_axes(student):
    """names both axes"""
    assert_equal([student.axes.get_xlabel(), student.axes.get_ylabel()], ["step", "loss"], what="the names")
