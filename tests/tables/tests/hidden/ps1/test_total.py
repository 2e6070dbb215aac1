from pathlib import Path

import shop

from autograder.authoring import assert_equal, check

MORE = Path(__file__).parent / "data/more.csv"


@check(points=2)
def test_sums_the_notebooks_prices(student):
    """sums the prices of the file beside the notebook"""
    with open("prices.csv", encoding="utf-8") as file:
        prices = shop.read(file)
    assert_equal(student.total({"tea": 1, "bread": 2}), shop.rounded(prices["tea"] + 2 * prices["bread"]))


@check(points=1)
def test_sums_other_prices(student):
    """sums other prices"""
    prices = shop.read(MORE.read_text(encoding="utf-8").splitlines())
    assert_equal(student.total({"plum": 3, "apple": 2}, prices), 1.89)
