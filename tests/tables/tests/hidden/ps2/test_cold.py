import pandas as pd

from autograder.authoring import assert_equal, check


@check(points=2)
def test_rows_of_the_file(student):
    """gives the cold days of the file"""
    weather = pd.read_csv("weather.csv", parse_dates=["day"])
    right = pd.DataFrame(
        {"day": weather["day"].iloc[[1, 3]].to_numpy(), "city": ["Kiel", "Kiel"], "degrees": [1.0, -2.0]}
    )
    assert_equal(student.cold(weather), right)


@check(points=2)
def test_two_degrees_are_not_cold(student):
    """leaves 2 degrees out"""
    table = pd.DataFrame({"city": ["a", "b", "c"], "degrees": [2.0, 1.5, -1.0]})
    assert_equal(student.cold(table), pd.DataFrame({"city": ["b", "c"], "degrees": [1.5, -1.0]}))
