"""The statistics, beside numbers worked out by hand and beside numpy's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.insight.statistics import discrimination, spread


def test_a_spread_worked_out_by_hand():
    found = spread([0, 2, 4, 10], 10)
    assert (found.count, found.mean, found.minimum, found.maximum) == (4, 4, 0, 10)
    assert (found.lower_quartile, found.median, found.upper_quartile) == (1.5, 3, 5.5)
    assert [item.count for item in found.bins] == [1, 0, 1, 0, 1, 0, 0, 0, 0, 1]
    assert (found.bins[2].low, found.bins[2].high) == (2, 3)


def test_all_points_are_in_the_last_bin_and_a_score_on_a_border_in_the_upper_one():
    found = spread([21, 21, 2.1 * 3], 21)
    assert found.bins[9].count == 2 and found.bins[3].count == 1


@pytest.mark.parametrize("values", [[], [7], [7, 7]])
def test_few_scores_have_a_spread_too(values):
    found = spread(values, 10)
    assert (found.median, found.lower_quartile, found.mean) == ((7, 7, 7) if values else (0, 0, 0))
    assert sum(item.count for item in found.bins) == len(values)


def test_a_problem_set_without_points_has_a_spread():
    assert spread([0, 0], 0).bins[0].count == 2


@given(st.lists(st.integers(0, 100), min_size=1))
def test_quartiles_are_numpys(values):
    found = spread(values, 100)
    expected = np.percentile(values, [25, 50, 75])
    assert np.allclose([found.lower_quartile, found.median, found.upper_quartile], expected)


def test_discrimination_is_the_point_biserial_correlation_with_the_rest():
    """Passed by those whose rests are 8 and 6, failed by 4 and 2: (7 - 3) / sqrt(5) * sqrt(1/4) = 2 / sqrt(5)."""
    assert discrimination([1, 1, 0, 0], [9, 7, 4, 2]) == pytest.approx(2 / math.sqrt(5))


def test_an_item_does_not_correlate_with_itself():
    """With the total itself the correlation would be 1: the rest is the same for all but nothing."""
    assert discrimination([0, 5, 10], [0, 5, 10]) is None


def test_what_the_strong_fail_discriminates_negatively():
    assert discrimination([0, 0, 1, 1], [8, 6, 5, 3]) < -0.8


@pytest.mark.parametrize("earned", [[1, 1, 1], [0, 0, 0], [0.1 + 0.2, 0.3, 0.3]])
def test_what_all_earn_tells_nothing(earned):
    assert discrimination(earned, [3, 2, 1]) is None
