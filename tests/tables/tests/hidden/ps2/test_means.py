import pandas as pd

from autograder.authoring import assert_close, assert_unchanged, check


@check(points=2)
def test_leaves_missing_values_out(student):
    """gives the mean of each city, without missing values"""
    weather = pd.read_csv("weather.csv", parse_dates=["day"])
    right = pd.Series([4.0, -0.5], index=pd.Index(["Bonn", "Kiel"], name="city"), name="degrees")
    assert_close(student.means(weather), right)


@check(points=2)
def test_other_cities(student):
    """gives the means of other cities"""
    table = pd.DataFrame({"city": list("babba"), "degrees": [1.0, 2.0, 9.0, 2.0, 5.0]})
    right = pd.Series([3.5, 4.0], index=pd.Index(["a", "b"], name="city"), name="degrees")
    assert_close(student.means(table), right)


@check(points=1, property=True)
def test_leaves_its_argument(student):
    """leaves its argument unchanged"""
    assert_unchanged(student.means, pd.DataFrame({"city": ["a", "a"], "degrees": [1.0, None]}))
