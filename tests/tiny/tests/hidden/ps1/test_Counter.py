from autograder.authoring import assert_equal, check


@check(points=1)
def test_counts(student):
    """counts its calls"""
    counter = student.Counter()
    assert_equal([counter(0), counter(0), counter(10)], [1, 2, 13])


@check(points=2)
def test_counts_apart(student):
    """counts for each counter by itself"""
    first, second = student.Counter(), student.Counter()
    first(0)
    assert_equal(second(0), 1)
    assert_equal(second.calls, 1, what="the attribute calls")
