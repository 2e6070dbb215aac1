from autograder.authoring import assert_equal, check, printed


@check(points=2)
def test_says_what_is_wrong(student):
    """says too low, too high and right"""
    said = printed(student.guess, inputs=["3", "9", "7"])
    assert_equal(said.split("\n"), ["too low", "too high", "right", ""], what="what is printed")


@check(points=1)
def test_asks_no_more_than_it_must(student):
    """asks no more once the number is right"""
    assert_equal(printed(student.guess, inputs=["7"]), "right\n", what="what is printed")
