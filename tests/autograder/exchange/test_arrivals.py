"""The queue that the simulation of a big course is worked out with."""

import random

import pytest

from benchmarks.arrivals import before_deadline, waits


def test_one_worker_takes_them_one_after_another():
    assert waits([0, 0, 0], [2, 3, 4], 1) == [2, 5, 9]


def test_who_comes_to_a_free_worker_waits_for_nobody():
    assert waits([0, 10, 20], [2, 3, 4], 1) == [2, 3, 4]


def test_each_goes_to_the_worker_that_is_free_first():
    assert waits([0, 0, 1], [5, 2, 1], 2) == [5, 2, 2]


def test_the_mean_wait_is_that_of_the_formula():
    """Pollaczek-Khinchine, M/D/1: the wait before service is rho / (2 (1 - rho)) services; here 0.5."""
    chance = random.Random(1)
    moment, moments = 0.0, []
    for _ in range(200_000):
        moments.append(moment := moment + chance.expovariate(0.5))
    found = waits(moments, [1.0] * len(moments), 1)
    assert sum(found) / len(found) - 1 == pytest.approx(0.5, rel=0.03)


def test_a_class_hands_in_on_the_last_day():
    hours = before_deadline(20_000, random.Random(0))
    assert hours == sorted(hours, reverse=True) and max(hours) <= 14 * 24
    assert sum(item < 24 for item in hours) / len(hours) == pytest.approx(0.74, abs=0.02)
