from pathlib import Path

from autograder.authoring import assert_equal, check

MORE = Path(__file__).parent / "data/more.csv"


@check(points=1)
def test_takes_the_lowest_price(student):
    """takes the lowest price"""
    assert_equal([student.cheapest({"a": 2.0, "b": 1.0, "c": 3.0}), student.cheapest({"z": 1.0, "b": 4.0})], ["b", "z"])


@check(points=2)
def test_takes_the_first_of_several(student):
    """takes the first in the alphabet of several"""
    import shop

    prices = shop.read(MORE.read_text(encoding="utf-8").splitlines())
    assert_equal([student.cheapest(prices), student.cheapest({"b": 1.0, "c": 0.5})], ["pear", "c"])
